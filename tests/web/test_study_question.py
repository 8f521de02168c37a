"""The question of a study is changed on a page; nothing is changed unseen."""

import pytest

from dashboard.comparison.models import Change, Member, Study
from dashboard.runs.models import Run, Status
from tests.web.test_study_pages import opened

pytestmark = pytest.mark.django_db


def address(study):
    return f"/studies/{study.pk}/question/"


def held(page_client, study):
    """What the form holds, as a browser would send it."""
    context = page_client.get(address(study)).context
    form = context["form"]
    told = {name: form[name].value() for name in form.fields}
    return {**told, "seen": context["seen"], "started": "1" if context["started"] else "0"}


def start(study):
    runs = Member.objects.filter(arm__study=study).values_list("run_id")
    Run.objects.filter(pk__in=runs).update(status=Status.RUNNING, started_at="2026-01-01T00:00Z")


def test_the_form_holds_the_question_as_it_is(page_client):
    study = opened(page_client, guardrails="time/step lower 0.5\neval/iou higher")
    told = held(page_client, study)
    assert told["title"] == "Less noise"
    assert told["guardrails"] == "time/step lower 0.5\neval/iou higher"
    assert told["last_k"] == 20
    page_client.post(address(study), told)
    assert not Change.objects.exists()


def test_a_change_before_runs_start_is_listed_and_not_called_late(page_client):
    study = opened(page_client)
    assert "nothing is recorded as late" in page_client.get(address(study)).content.decode()
    page_client.post(address(study), {**held(page_client, study), "smallest": "0.2"})
    study.refresh_from_db()
    assert study.smallest == 0.2
    page = page_client.get(f"/studies/{study.pk}/").content.decode()
    assert "changed the smallest effect that matters from 0.1 to 0.2." in page
    assert "had started" not in page


def test_a_change_after_runs_have_started_is_warned_of_and_shown_with_the_answer(page_client):
    study = opened(page_client)
    start(study)
    assert "shown with the answer" in page_client.get(address(study)).content.decode()
    told = {
        **held(page_client, study),
        "metric": "train/loss/part",
        "guardrails": "time/step lower",
    }
    page_client.post(address(study), told)
    page = page_client.get(f"/studies/{study.pk}/").content.decode()
    assert "changed the primary metric from train/loss to train/loss/part." in page
    assert "changed the guardrails from – to time/step lower." in page
    assert "changed after runs of this study had started" in page


def test_runs_that_start_while_the_form_is_open_are_told_of_before_anything_is_late(page_client):
    study = opened(page_client)
    told = {**held(page_client, study), "smallest": "0.2"}
    start(study)
    refused = page_client.post(address(study), told)
    assert refused.status_code == 422
    assert "Runs have started since" in refused.content.decode()
    assert not Change.objects.exists()
    page_client.post(address(study), {**told, "started": "1"})
    assert Change.objects.get().started


def test_what_somebody_else_changed_meanwhile_is_not_undone_unseen(page_client):
    study = opened(page_client)
    mine = {**held(page_client, study), "title": "Mine"}
    page_client.post(address(study), {**held(page_client, study), "smallest": "0.2"})
    refused = page_client.post(address(study), mine)
    assert refused.status_code == 422
    assert "changed the question since you opened" in refused.content.decode()
    study.refresh_from_db()
    assert (study.title, study.smallest) == ("Less noise", 0.2)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", "", "required"),
        ("metric", "", "required"),
        ("smallest", "0", "above 0"),
        ("smallest", "nan", "number"),
        ("last_k", "0", "1"),
        ("direction", "sideways", "sideways"),
        ("guardrails", "train/loss lower", "no guardrail"),
        ("guardrails", "unknown", "lower or higher"),
        ("guardrails", "time/step lower many", "no number"),
    ],
)
def test_what_is_not_right_stands_beside_its_field_and_changes_nothing(
    page_client, field, value, told
):
    study = opened(page_client)
    refused = page_client.post(address(study), {**held(page_client, study), field: value})
    assert refused.status_code == 422
    assert told in str(refused.context["form"].errors[field])
    assert not Change.objects.exists()


def test_a_guardrail_whose_name_holds_spaces_reads_back_alike(page_client):
    guardrail = {"metric": "my own score", "direction": "higher", "smallest": 0.5}
    study = opened(page_client)
    Study.objects.update(guardrails=[guardrail])
    page_client.post(address(study), held(page_client, study))
    assert not Change.objects.exists()


def test_an_unknown_study_has_no_question(page_client):
    assert page_client.get("/studies/none/question/").status_code == 404


def test_what_was_changed_reaches_pages_that_are_open(page_client):
    study = opened(page_client)
    tag = page_client.get(f"/studies/{study.pk}/")["ETag"]
    page_client.post(address(study), {**held(page_client, study), "title": "Other words"})
    page = page_client.get(f"/studies/{study.pk}/", headers={"If-None-Match": tag})
    assert page.status_code == 200
    assert '<h1 data-live="title">Other words</h1>' in page.content.decode()
