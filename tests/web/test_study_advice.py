"""A study that cannot answer says what is wrong and what to do next; others give no advice."""

import pytest

from dashboard.comparison.models import Member
from dashboard.metrics import store
from dashboard.runs.models import Run
from tests.conftest import lines, scalars
from tests.web.given import ran
from tests.web.test_study_pages import finished, opened

pytestmark = pytest.mark.django_db

BEFORE, AFTER = [1.0, 1.1, 0.9], [0.5, 0.59, 0.42]


def held(study, arm):
    return list(Member.objects.filter(arm__study=study, arm__name=arm).select_related("run"))


def end(member, values, metric="train_loss"):
    body = lines(*(scalars(n, float(n), **{metric: v}) for n, v in enumerate(values, 1)))
    store.append(member.run_id, 0, body)
    Run.objects.filter(pk=member.run_id).update(status="finished")


def told(client, study):
    """The advice, and the whole page."""
    page = client.get(f"/studies/{study.pk}/")
    [one] = page.context["found"]
    return one["advice"], page.content.decode()


def test_a_plain_answer_needs_no_advice(page_client):
    study = opened(page_client)
    finished(study, BEFORE, AFTER)
    advice, page = told(page_client, study)
    assert advice == []
    assert "What to do next" not in page


def test_a_metric_that_no_run_has_leads_to_one_that_both_arms_have(page_client):
    study = opened(page_client, metric="eval/iou")
    finished(study, BEFORE, AFTER)
    advice, page = told(page_client, study)
    assert advice == [
        "Edit the question to ask for a metric that runs of both arms have: train/loss."
    ]
    assert "3 of 3 runs never logged eval/iou" in page


def test_arms_with_no_metric_in_common_say_so(page_client):
    study = opened(page_client)
    for member in held(study, "before"):
        end(member, [2.0, 1.0])
    for member in held(study, "after"):
        end(member, [0.5, 0.6], "eval_iou")
    advice, _ = told(page_client, study)
    assert advice == [
        "No metric was logged in both arms: log one in both, and open the study anew."
    ]


@pytest.mark.parametrize("status", ["failed", "lost", "stopped"])
def test_runs_that_ended_badly_are_counted_and_say_what_helps(page_client, status):
    study = opened(page_client)
    finished(study, BEFORE, AFTER)
    Run.objects.filter(pk=held(study, "after")[0].run_id).update(status=status)
    advice, page = told(page_client, study)
    assert len(advice) == 1
    assert advice[0].startswith("Runs that ended badly stay counted")
    assert "after: 1 of 3 runs" in page


def test_values_that_are_no_number_are_counted_and_say_what_helps(page_client):
    study = opened(page_client)
    finished(study, BEFORE, [0.5, "NaN", "NaN"])
    advice, page = told(page_client, study)
    assert advice[0].startswith("Runs that ended badly stay counted")
    assert "2 of 3 runs ended with a value that is no number" in page


def test_a_deleted_run_is_counted_and_has_no_page_to_look_at(page_client):
    study = opened(page_client)
    finished(study, BEFORE, AFTER)
    member = held(study, "after")[0]
    assert member.run
    member.run.delete()
    [advice], page = told(page_client, study)
    assert advice.startswith("Deleted runs stay counted")
    assert "1 of 3 runs were deleted" in page


def test_while_a_run_goes_there_is_neither_advice_nor_a_p(page_client):
    study = opened(page_client)
    finished(study, BEFORE, AFTER)
    Run.objects.filter(pk=held(study, "after")[0].run_id).update(status="running")
    advice, page = told(page_client, study)
    assert advice == []
    assert "5 of 6 runs have ended" in page
    assert "Exact p" not in page


@pytest.mark.parametrize("values", [[1.0, 1.1, 0.9], [1.0, 1.0, 1.0], [1.0]])
def test_runs_that_came_out_exactly_alike_ask_whether_the_change_is_at_work(page_client, values):
    study = opened(page_client, seeds=str(len(values)))
    finished(study, values, values)
    advice, _ = told(page_client, study)
    assert advice == [
        "Both arms came out exactly alike: make sure that the change is at work at all."
    ]


def test_pairs_that_all_differ_by_the_same_are_not_said_to_be_runs_that_do_not_differ(page_client):
    study = opened(page_client)
    finished(study, [1.0, 2.0, 3.0], [0.5, 1.5, 2.5])
    _, page = told(page_client, study)
    assert "all pairs differ by the same" in page
    assert "chance alone does as much with so few runs (p = 0.250 by counting)" in page


def test_arms_of_different_length_are_told_by_their_names(page_client):
    study = opened(page_client)
    for number, member in enumerate(held(study, "before")):
        end(member, [2.0] * 9 + [BEFORE[number]])
    for number, member in enumerate(held(study, "after")):
        end(member, [2.0] * 4 + [AFTER[number]])
    _, page = told(page_client, study)
    assert "before ended at step 10 and after at step 5" in page


def test_two_runs_of_one_configuration_are_told_that_nothing_was_changed(page_client):
    one, other = ran("one"), ran("other", losses=(3.0, 2.0, 0.5))
    study = opened(page_client, f"/studies/new/?a={one.pk}&b={other.pk}", seeds="0")
    [advice], page = told(page_client, study)
    assert advice.startswith("The configurations of the arms do not differ")
    assert "one run each" in page
    assert "this is no evidence" in page.replace("\n", " ")


def test_a_guardrail_that_no_run_has_is_not_called_safe(page_client):
    study = opened(page_client, guardrails="time/step lower 0.5")
    finished(study, BEFORE, AFTER)
    _, page = told(page_client, study)
    assert "Not known whether time/step got worse: an arm has no number of it." in page


def test_a_confounder_is_to_be_explained_or_taken_away(page_client):
    study = opened(page_client)
    finished(study, BEFORE, AFTER)
    for arm, commit in (("before", "a"), ("after", "b")):
        runs = Run.objects.filter(memberships__arm__name=arm)
        runs.update(snapshot={"git": {"commit": commit * 40}})
    [advice], _ = told(page_client, study)
    assert advice.startswith("Say under “Explain a difference”")
    assert advice.endswith("code.commit.")


def test_where_nothing_differs_nothing_can_be_explained(page_client):
    study = opened(page_client, seeds="1")
    press = {"action": "explain", "difference": "", "reason": "because"}
    page = page_client.post(f"/studies/{study.pk}/", press, follow=True).content.decode()
    assert "The arms do not differ in" in page
