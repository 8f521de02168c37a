"""What a study's runs answer: no run is dropped unseen, and unlike losses are not compared."""

import pytest

from dashboard.comparison.answer_words import says
from dashboard.comparison.attribution import Planned
from dashboard.comparison.conclusion import conclude
from dashboard.comparison.decision import LEVEL, Verdict
from dashboard.comparison.models import Member
from dashboard.comparison.opening import open_study
from dashboard.comparison.outcome import State
from dashboard.comparison.plan import before_and_after
from dashboard.health.wording import tell
from dashboard.runs.models import Run, Status
from tests.comparison.given import LIN, answered, asked, finish, opened, plan, runs_of
from tests.web.given import logged

pytestmark = pytest.mark.django_db


def test_a_clear_gain_is_an_improvement():
    found = answered(opened(), [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    assert found.main.answer.verdict == Verdict.IMPROVED
    assert found.main.answer.decision.interval.level == LEVEL
    assert "train/loss of after is -0.497 against before" in tell(says(found.main.answer))


def test_one_seed_each_is_no_evidence_and_two_more_are_offered():
    found = answered(opened(seeds=1), [1.0], [0.5])
    assert found.main.answer.verdict == Verdict.NOT_ENOUGH
    assert found.main.more.seeds == 2


def test_queued_runs_keep_the_answer_back():
    study = opened()
    found = conclude(study)
    assert found.main.answer.verdict == Verdict.NOT_ENOUGH
    assert tell(says(found.main.answer)).startswith("0 of 6 runs have ended")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.FAILED, State.CRASHED),
        (Status.LOST, State.CRASHED),
        (Status.STOPPED, State.STOPPED),
        (Status.RUNNING, State.WAITING),
    ],
)
def test_a_run_that_did_not_finish_has_no_number_whatever_it_logged(status, state):
    study = opened()
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    Run.objects.filter(pk=runs_of(study, "after")[0].pk).update(status=status)
    side = conclude(study).sides[1]
    assert [outcome.state for outcome in side.outcomes].count(state) == 1
    assert len(side.values) == 2


def test_a_deleted_run_stays_in_its_arm():
    study = opened()
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    gone = runs_of(study, "after")[2]
    name = gone.name
    gone.delete()
    found = conclude(study)
    assert [o.run for o in found.sides[1].of(State.DELETED)] == [name]
    assert found.main.answer.sample.single == 1


def test_nan_is_no_number_also_for_the_best_value():
    study = open_study(asked(summary="best"), plan(), LIN)
    for run in runs_of(study, "before"):
        logged(run, [3.0, 1.0, "NaN"])
        Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    assert {o.state for o in conclude(study).sides[0].outcomes} == {State.NOT_A_NUMBER}


@pytest.mark.parametrize(("summary", "value"), [("last", 3.0), ("best", 1.0), ("mean", 2.5)])
def test_which_number_stands_for_a_run(summary, value):
    study = open_study(asked(summary=summary, last_k=2), plan(seeds=1), LIN)
    [run] = runs_of(study, "before")
    logged(run, [4.0, 1.0, 2.0, 3.0])
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    assert conclude(study).sides[0].values == [value]


def test_a_metric_that_no_run_has_is_told():
    study = open_study(asked(metric="eval/iou"), plan(), LIN)
    answer = answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42]).main.answer
    assert tell(says(answer)).startswith(
        "Not enough evidence: no run of before, after has a number"
    )


def test_a_loss_of_another_definition_is_not_compared():
    study = opened()
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    ids = [run.pk for run in runs_of(study, "after")]
    Run.objects.filter(pk__in=[r.pk for r in runs_of(study, "before")]).update(
        facts={"loss/definition": "one"}
    )
    Run.objects.filter(pk__in=ids).update(facts={"loss/definition": "other"})
    assert conclude(study).main.answer.verdict == Verdict.NOT_COMPARABLE


def test_a_guardrail_of_another_definition_is_shown_as_such():
    guard = {"metric": "train/loss/part", "direction": "lower"}
    study = open_study(asked(metric="eval/iou", guardrails=[guard]), plan(), LIN)
    for arm in ("before", "after"):
        ids = [run.pk for run in runs_of(study, arm)]
        Run.objects.filter(pk__in=ids).update(facts={"loss/definition": arm})
    [guardrail] = conclude(study).main.answer.guardrails
    assert guardrail.verdict == Verdict.NOT_COMPARABLE


def test_several_arms_share_the_errors():
    arms = [*before_and_after({"noise": 0.0})]
    arms.append(Planned("less", {"noise": 0.1}, ("noise",)))
    study = opened(arms=arms)
    for member in Member.objects.filter(arm__study=study).select_related("run"):
        finish(member.run, 1.0 + 0.1 * member.seed + 0.01 * member.place)
    levels = {one.answer.design.level for one in conclude(study).comparisons}
    assert levels == {1 - (1 - LEVEL) / 2}


def test_what_an_arm_has_not_told_yet_is_no_difference_before_its_runs_have_ended():
    study = opened()
    told = {"packages": {"torch": "2.9"}, "machine": {"host": "here"}}
    Run.objects.filter(memberships__arm__name="before").update(snapshot=told)
    names = [row.name for row in conclude(study).main.ledger]
    assert names == ["config.noise", "seed"]
    found = answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    assert "packages.torch" in [row.name for row in found.main.ledger]
