"""Ended and imported runs are judged again on demand, and it is known which ones need it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dashboard.health.examination import ENGINE_VERSION, examine, judged_otherwise
from dashboard.health.models import Examination
from dashboard.metrics import store
from dashboard.runs.models import Run, Status
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(run):
    store.append(run.pk, 0, lines(scalars(1, train_loss=1.0), scalars(2, train_loss="NaN")))
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    run.refresh_from_db()
    return run


def judged(*words) -> str:
    out = StringIO()
    call_command("judge", *words, stdout=out)
    return out.getvalue()


def test_verdicts_of_other_rules_are_known_by_their_version(ended):
    assert list(judged_otherwise()) == [ended]
    examine(ended)
    assert not judged_otherwise().exists()
    Examination.objects.update(engine_version="3-0000")
    assert list(judged_otherwise()) == [ended]
    assert len(ENGINE_VERSION) <= 20


def test_a_live_run_is_not_among_them(ended):
    Run.objects.update(status=Status.RUNNING)
    assert not judged_otherwise().exists()


def test_the_command_judges_what_is_outdated_once(ended):
    assert "1 runs judged" in judged("--outdated")
    assert Examination.objects.get().state == "fail"
    assert "0 runs judged" in judged("--outdated")
    assert f"{ended.name}: fail" in judged(ended.pk)


def test_the_command_says_what_it_needs(ended):
    with pytest.raises(CommandError, match="name the runs"):
        judged()
    with pytest.raises(CommandError, match="there is no run nope"):
        judged("nope")


def test_a_program_may_ask_for_it(ended, as_scope):
    assert as_scope("viewer").post(f"/api/runs/{ended.pk}/verdicts/").status_code == 403
    answer = as_scope("member").post(f"/api/runs/{ended.pk}/verdicts/").json()
    assert (answer["state"], answer["points"], answer["whole_points"]) == ("fail", 2, 2)
    assert as_scope("viewer").get(f"/api/runs/{ended.pk}/verdicts/").json() == answer
    assert as_scope("member").post("/api/runs/nope/verdicts/").status_code == 404


def test_a_person_may_ask_for_it_on_the_run_page(ended, page_client):
    page = page_client.post(f"/runs/{ended.pk}/?tab=verdicts", {"action": "judge"}, follow=True)
    assert "Judged again." in page.content.decode()
    assert Examination.objects.get().state == "fail"


def test_the_page_says_when_long_curves_were_judged_in_part(ended, page_client):
    examine(ended)
    said = "While a long run goes on"
    assert said not in page_client.get(f"/runs/{ended.pk}/?tab=verdicts").content.decode()
    Examination.objects.update(points=3)
    assert said in page_client.get(f"/runs/{ended.pk}/?tab=verdicts").content.decode()
