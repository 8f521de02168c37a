"""The ways to the form that opens a study: ticked runs, and settings typed on the launch page."""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from dashboard.comparison.models import Member, Study
from dashboard.runs.models import Run
from tests.web.given import ran
from tests.web.test_study_pages import FRESH, QUESTION, opened

pytestmark = pytest.mark.django_db


def ticked(client, *runs):
    return client.get("/studies/new/", {"runs": ",".join(run.pk for run in runs)})


def asked(address):
    return parse_qs(urlsplit(address).query)


def form_with(settings, **more):
    told = {"trainer": "rehearsal", "preset": "steady", "config": json.dumps(settings), **more}
    return f"/studies/new/?{urlencode(told)}"


def test_ticked_runs_of_two_configurations_are_two_arms_the_older_one_first(page_client):
    old = [ran(f"old {n}", config={"noise": 0.3}) for n in range(2)]
    new = [ran(f"new {n}", config={"noise": 0}) for n in range(2)]
    answer = ticked(page_client, new[1], old[0], new[0], old[1])
    assert asked(answer.url) == {
        "a": [",".join(run.pk for run in old)],
        "b": [",".join(run.pk for run in new)],
    }
    opened(page_client, answer.url, seeds="0")
    assert Member.objects.filter(arm__name="before").count() == 2


def test_one_ticked_run_is_asked_again_with_a_change(page_client):
    run = ran("one")
    assert asked(ticked(page_client, run).url) == {"run": [run.pk]}


def test_a_whole_number_is_the_same_setting_however_it_was_typed(page_client):
    one, other = ran("one", config={"noise": 0.0}), ran("other")
    Run.objects.filter(pk=other.pk).update(config={**one.config, "noise": 0})
    assert "one configuration" in ticked(page_client, one, other).content.decode()


def test_more_configurations_than_two_are_told_apart_and_offered_in_pairs(page_client):
    runs = [ran(str(noise), config={"noise": noise}) for noise in (0.1, 0.2, 0.3)]
    page = ticked(page_client, *runs)
    told = page.content.decode()
    assert "These runs have 3 configurations" in told
    assert [(pair.before, pair.after) for pair in page.context["pairs"]] == [(1, 2), (1, 3), (2, 3)]
    assert f"?a={runs[0].pk}&amp;b={runs[2].pk}" in told
    assert "<code>noise=0.3</code>" in told


def test_runs_that_nothing_tells_apart_say_what_to_do_next(page_client):
    one, other = ran("one"), ran("other")
    page = ticked(page_client, one, other).content.decode()
    assert "nothing was changed between them" in page
    assert f"/studies/new/?run={one.pk}" in page


def test_runs_of_two_trainers_are_refused_at_once(page_client):
    one, other = ran("one"), ran("other")
    Run.objects.filter(pk=other.pk).update(trainer="sdm_alignment")
    page = ticked(page_client, one, other).content.decode()
    assert "of different trainers" in page
    assert "against" not in page


def test_no_run_and_an_unknown_one(page_client):
    assert "No run was chosen" in page_client.get("/studies/new/?runs=").content.decode()
    assert page_client.get("/studies/new/?runs=nobody").status_code == 404


def test_a_metric_that_none_of_the_runs_has_is_refused_with_those_that_they_have(page_client):
    one, other = ran("one", config={"noise": 0.3}), ran("other")
    address = f"/studies/new/?a={one.pk}&b={other.pk}"
    refused = page_client.post(address, {**QUESTION, "metric": "eval/iou", "seeds": "0"})
    assert refused.status_code == 422
    [told] = refused.context["form"].errors["metric"]
    assert told == "None of these runs has logged eval/iou. They have: train/loss."


def test_settings_of_the_launch_page_are_in_both_arms(page_client):
    address = form_with({"steps": "40", "noise": "0.2"})
    page = page_client.get(address)
    assert page.context["way"].typed == {"steps": 40, "noise": 0.2}
    study = opened(page_client, address)
    assert (study.config["steps"], study.config["noise"]) == (40, 0.2)
    assert [run.config["steps"] for run in Run.objects.all()] == [40] * 6


def test_the_project_of_the_launch_page_is_the_studys(page_client):
    address = form_with({}, project="mine")
    assert page_client.get(address).context["form"]["project"].value() == "mine"
    assert opened(page_client, address, project="mine").project.name == "mine"


def test_a_setting_that_is_as_the_preset_has_it_is_not_shown_as_typed(page_client):
    steady = page_client.get(form_with({})).context["way"].config
    page = page_client.get(form_with({"steps": str(steady["steps"])}))
    assert page.context["way"].typed == {}


def test_an_emptied_setting_is_refused_where_the_launch_page_needs_it(page_client):
    page = page_client.get(form_with({"noise": None}))
    assert page.context["way"].refused == {"noise": "This must be given."}


def test_an_emptied_setting_is_else_the_trainers_default(page_client):
    told = {"trainer": "box_refinement", "config": json.dumps({"targets": None})}
    way = page_client.get(f"/studies/new/?{urlencode(told)}").context["way"]
    assert way.refused == {}
    assert way.typed == {}


def test_settings_that_the_trainer_refuses_are_named_and_nothing_can_be_sent(page_client):
    address = form_with({"noise": "loud", "stepz": 1})
    page = page_client.get(address)
    assert page.status_code == 422
    told = page.content.decode()
    assert "This is no number" in told
    assert "no such field" in told
    assert "Mend them on the launch page" in told
    assert page_client.post(address, FRESH).status_code == 422
    assert not Study.objects.exists()


def test_settings_that_cannot_be_read_are_no_page(page_client):
    assert page_client.get("/studies/new/?trainer=rehearsal&config=x").status_code == 404
    assert page_client.get("/studies/new/?trainer=rehearsal&config=[1]").status_code == 404


def test_what_was_typed_can_be_studied_as_the_change_instead(page_client):
    page = page_client.get(form_with({"noise": "0.2"}))
    swapped = page_client.get(f"/studies/new/?{page.context['swapped']}").context["way"]
    assert (swapped.patch, swapped.typed) == ({"noise": 0.2}, {})


def test_a_clones_settings_lie_over_its_run(page_client):
    run = ran("one", config={"noise": 0.3, "steps": 50})
    page = page_client.get(f"/studies/new/?run={run.pk}&config={json.dumps({'noise': '0.2'})}")
    assert page.context["way"].kept == [{"name": "noise", "old": 0.3, "new": 0.2}]
    assert page.context["way"].config["steps"] == 50


def test_the_launch_page_links_to_a_study_of_what_it_holds(page_client):
    page = page_client.get("/launch/rehearsal/?preset=steady&patch=" + json.dumps({"noise": 0.7}))
    told = asked("?" + page.context["study"])
    assert told["preset"] == ["steady"]
    assert json.loads(told["config"][0]) == {"noise": 0.7}


def test_after_a_refused_launch_the_link_holds_what_was_typed(page_client):
    posted = {"preset": "steady", "project": "mine", "config-noise": "loud", "config-steps": "7"}
    told = asked("?" + page_client.post("/launch/rehearsal/", posted).context["study"])
    assert json.loads(told["config"][0])["noise"] == "loud"
    assert told["project"] == ["mine"]
