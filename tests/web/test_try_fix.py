"""Try this fix: the change as it is offered, edited and refused, and what both pages say of it."""

import json

import pytest
from django.http import QueryDict

from dashboard.comparison.models import Trial
from dashboard.comparison.opening import from_verdict
from dashboard.health.models import Examination
from dashboard.runs import freshness
from dashboard.runs.models import Run
from tests.comparison.given import LIN, answered, asked, runs_of
from tests.comparison.test_trials import end
from tests.web.given import ran
from tests.web.test_run import failing

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent():
    run = ran("broken")
    failing(run)
    Examination.objects.filter(run=run).update(step=3)
    return run


def address(run, rule="scale"):
    return f"/runs/{run.pk}/try/{rule}/"


def press(client, run, **typed):
    return client.post(address(run), {"config-noise": "0.7", "key": "k", **typed})


@pytest.mark.parametrize("tab", ["overview", "verdicts"])
def test_a_verdict_with_a_change_leads_to_its_trial(page_client, parent, tab):
    page = page_client.get(f"/runs/{parent.pk}/?tab={tab}").content.decode()
    assert f'<a class="button primary" href="{address(parent)}"' in page


def test_the_change_is_an_editable_diff_and_what_stays_is_said(page_client, parent):
    page = page_client.get(address(parent)).content.decode()
    assert "The scale is 2.5." in page
    assert 'name="config-noise" value="0.5"' in page
    assert "config-steps" not in page
    assert "draws from the seed" in page


@pytest.mark.parametrize("rule", ["fine", "nope"])
def test_a_verdict_without_a_change_has_no_such_page(page_client, parent, rule):
    assert page_client.get(address(parent, rule)).status_code == 404


def test_a_run_without_verdicts_has_no_such_page(page_client, run):
    assert page_client.get(address(run)).status_code == 404


def test_approving_twice_launches_once(page_client, parent):
    first, second = press(page_client, parent), press(page_client, parent)
    assert first.url == second.url == Trial.objects.get().run.get_absolute_url()


@pytest.mark.parametrize("typed", ["-1", "much", ""])
def test_a_value_that_cannot_be_is_refused_beside_its_field(page_client, parent, typed):
    answer = press(page_client, parent, **{"config-noise": typed})
    assert answer.status_code == 422
    assert 'id="id_config-noise_error"' in answer.content.decode()
    assert Run.objects.count() == 1


def test_the_run_as_it_was_is_not_launched_again(page_client, parent):
    answer = press(page_client, parent, **{"config-noise": "0.1"})
    assert answer.status_code == 422
    assert b"would only repeat it" in answer.content


def test_a_study_is_asked_of_the_change_as_it_was_edited(page_client, parent):
    answer = press(page_client, parent, way="study")
    asked = QueryDict(answer.url.partition("?")[2])
    assert (asked["run"], asked["rule"]) == (parent.pk, "scale")
    assert json.loads(asked["patch"]) == {"noise": 0.7}
    assert "noise=0.7" in page_client.get(answer.url).content.decode()
    assert Run.objects.count() == 1


@pytest.mark.parametrize("typed", ["-1", "0.1"])
def test_no_study_is_asked_of_what_no_run_is_launched_with(page_client, parent, typed):
    assert press(page_client, parent, way="study", **{"config-noise": typed}).status_code == 422


def test_both_pages_say_what_came_of_it(page_client, parent):
    press(page_client, parent)
    child = Run.objects.get(baseline=parent)
    here, there = f"/runs/{child.pk}/", f"/runs/{parent.pk}/?tab=verdicts"
    assert "Scale: still trains" in page_client.get(here).content.decode()
    end(child)
    assert "Scale: cleared" in page_client.get(here).content.decode()
    page = page_client.get(there).content.decode()
    assert f">run {child.number}</a>: cleared" in page
    assert "no evidence that the change made the difference" in page


def test_an_open_page_of_the_parent_hears_of_the_end_of_its_trial(page_client, parent):
    press(page_client, parent)
    there = f"/runs/{parent.pk}/?tab=verdicts"
    etag = page_client.get(there)["ETag"]
    assert page_client.get(there, headers={"If-None-Match": etag}).status_code == 304
    end(Run.objects.get(baseline=parent))
    assert page_client.get(there, headers={"If-None-Match": etag}).status_code == 200


@pytest.fixture
def study(parent):
    return from_verdict(parent, "scale", asked(), LIN, patch={"noise": 0.0}, seeds=3)


def test_a_verdict_tells_which_study_asks_whether_its_fix_helps(page_client, parent, study):
    for there in (f"/runs/{parent.pk}/", f"/runs/{parent.pk}/?tab=verdicts", address(parent)):
        page = page_client.get(there).content.decode()
        assert f'href="/studies/{study.pk}/">Less noise</a>' in page
        assert "0 of 6 runs have ended" in page


def test_and_what_it_answered(page_client, parent, study):
    there = f"/runs/{parent.pk}/?tab=verdicts"
    etag = page_client.get(there)["ETag"]
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    answer = page_client.get(there, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert "Improved: train/loss of after is -0.497" in answer.content.decode()


def test_a_run_names_the_study_that_it_is_a_part_of(page_client, study):
    [run, *_] = runs_of(study, "after")
    page = page_client.get(f"/runs/{run.pk}/").content.decode()
    assert f'<a href="/studies/{study.pk}/">Less noise</a> · after' in page


def test_an_open_page_hears_of_a_trial_and_of_a_study(page_client, parent):
    before = freshness.version([parent.pk])
    press(page_client, parent)
    between = freshness.version([parent.pk])
    from_verdict(parent, "scale", asked(), LIN, patch={"noise": 0.0}, seeds=1)
    assert len({before, between, freshness.version([parent.pk])}) == 3
