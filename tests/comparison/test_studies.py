"""A study's life: opened, queued by turns, answered, looked at again; nothing changes unseen."""

import math

import pytest

from dashboard.comparison import studies
from dashboard.comparison.answer_words import says
from dashboard.comparison.attribution import Planned, parts_of
from dashboard.comparison.changes import Standing
from dashboard.comparison.conclusion import conclude
from dashboard.comparison.decision import LEVEL, Verdict, level_of
from dashboard.comparison.definition import Definition, StudyError, of, proposed
from dashboard.comparison.models import Design, Member, Study
from dashboard.comparison.outcome import State
from dashboard.comparison.symptom import Symptom
from dashboard.health.examination import examine
from dashboard.health.models import Examination
from dashboard.health.wording import tell
from dashboard.runs.models import Run, Status
from tests.web.given import logged, ran
from trainers.config import ConfigError

pytestmark = pytest.mark.django_db

LIN = studies.Who("lin")


def asked(**more):
    told = {"title": "Less noise", "metric": "train/loss", "direction": "lower", "smallest": 0.1}
    return Definition(**{**told, **more})


def plan(patch=None, **more):
    arms = studies.before_and_after({"noise": 0.0} if patch is None else patch)
    told = {"trainer": "rehearsal", "arms": arms, "seeds": 3, "config": {"steps": 20, "noise": 0.3}}
    return studies.Plan(**{**told, **more})


def opened(**more):
    return studies.open_study(asked(), plan(**more), LIN)


def runs_of(study, arm):
    return [m.run for m in Member.objects.filter(arm__study=study, arm__name=arm)]


def finish(run, value, status=Status.FINISHED):
    if value is not None:
        logged(run, [value + 1, value])
    Run.objects.filter(pk=run.pk).update(status=status, started_at=run.created_at)


def answered(study, before, after):
    for run, value in zip(runs_of(study, "before"), before, strict=True):
        finish(run, value)
    for run, value in zip(runs_of(study, "after"), after, strict=True):
        finish(run, value)
    return conclude(study)


def test_opening_queues_the_arms_by_turns_with_the_same_seeds():
    study = opened()
    members = Member.objects.filter(arm__study=study).select_related("arm", "run")
    assert [m.arm.name for m in members] == [
        "before",
        "after",
        "after",
        "before",
        "before",
        "after",
    ]
    assert [m.seed for m in members] == [0, 0, 1, 1, 2, 2]
    numbers = [m.run.number for m in members if m.run]
    assert numbers == sorted(numbers)


def test_each_run_has_its_arms_configuration_and_its_seeds_baseline():
    study = opened()
    for run in runs_of(study, "before"):
        assert run.config["noise"] == 0.3
        assert run.baseline is None
    for run in runs_of(study, "after"):
        assert run.config["noise"] == 0.0
        assert run.baseline.seed == run.seed
        assert run.baseline.config["noise"] == 0.3


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
    study = studies.open_study(asked(summary="best"), plan(), LIN)
    for run in runs_of(study, "before"):
        logged(run, [3.0, 1.0, "NaN"])
        Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    assert {o.state for o in conclude(study).sides[0].outcomes} == {State.NOT_A_NUMBER}


@pytest.mark.parametrize(("summary", "value"), [("last", 3.0), ("best", 1.0), ("mean", 2.5)])
def test_which_number_stands_for_a_run(summary, value):
    study = studies.open_study(asked(summary=summary, last_k=2), plan(seeds=1), LIN)
    [run] = runs_of(study, "before")
    logged(run, [4.0, 1.0, 2.0, 3.0])
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    assert conclude(study).sides[0].values == [value]


def test_a_metric_that_no_run_has_is_told():
    study = studies.open_study(asked(metric="eval/iou"), plan(), LIN)
    answer = answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42]).main.answer
    assert tell(says(answer)).startswith(
        "Not enough evidence: no run of before, after has a number"
    )


def test_another_commit_confounds_until_it_is_explained():
    study = opened()
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    for arm, commit in (("before", "a"), ("after", "b")):
        ids = [run.pk for run in runs_of(study, arm)]
        Run.objects.filter(pk__in=ids).update(snapshot={"git": {"commit": commit}})
    assert conclude(study).main.answer.verdict == Verdict.CONFOUNDED
    studies.explain(study, "code.commit", "a typo in the README", LIN)
    study.refresh_from_db()
    found = conclude(study).main
    assert found.answer.verdict == Verdict.IMPROVED
    assert {d.name: d.standing for d in found.ledger}["code.commit"] == Standing.EXPLAINED
    studies.explain(study, "code.commit", " ", LIN)
    study.refresh_from_db()
    assert conclude(study).main.answer.verdict == Verdict.CONFOUNDED


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
    study = studies.open_study(asked(metric="eval/iou", guardrails=[guard]), plan(), LIN)
    for arm in ("before", "after"):
        ids = [run.pk for run in runs_of(study, arm)]
        Run.objects.filter(pk__in=ids).update(facts={"loss/definition": arm})
    [guardrail] = conclude(study).main.answer.guardrails
    assert guardrail.verdict == Verdict.NOT_COMPARABLE


def test_seeds_that_are_added_after_an_answer_make_the_next_one_stricter():
    study = opened()
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    made = studies.add_seeds(study, 2, LIN)
    assert sorted(run.seed for run in made) == [3, 3, 4, 4]
    study.refresh_from_db()
    assert study.look == 2
    for run in made:
        finish(run, 0.5 if run.config["noise"] == 0 else 1.0 + 0.01 * run.seed)
    interval = conclude(study).main.answer.decision.interval
    assert interval
    assert interval.level == level_of(2) > LEVEL


def test_seeds_that_are_added_before_anything_ended_cost_nothing():
    study = opened()
    studies.add_seeds(study, 1, LIN)
    study.refresh_from_db()
    assert study.look == 1


def test_a_change_of_the_question_is_kept_with_who_made_it_and_when():
    study = opened()
    studies.change(study, LIN, smallest=0.5)
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    studies.change(study, LIN, smallest=0.01, title="Less noise")
    kept = [(c.field, c.before, c.after, c.started) for c in study.changes.all()]
    assert kept == [("smallest", 0.1, 0.5, False), ("smallest", 0.5, 0.01, True)]
    assert Study.objects.get(pk=study.pk).smallest == 0.01


def test_what_is_no_question_cannot_be_changed():
    with pytest.raises(StudyError, match="paired: cannot be changed"):
        studies.change(opened(), LIN, paired=False)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"smallest": 0.0}, "smallest: the smallest effect that matters is a number above 0"),
        ({"smallest": math.nan}, "smallest"),
        ({"direction": "up"}, "direction: lower or higher"),
        ({"title": " "}, "title: give the study a title"),
        ({"summary": "first"}, "summary: one of last, best, mean"),
        ({"last_k": 0}, "last_k: between 1"),
        ({"guardrails": [{"metric": "m", "direction": "x"}]}, "m: lower or higher"),
        ({"guardrails": [{"metric": "train/loss", "direction": "lower"}]}, "is no guardrail"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(more, told):
    with pytest.raises(StudyError, match=told):
        asked(**more)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"patch": {}}, "after changes nothing"),
        ({"patch": {"noise": 0.3}}, "after changes nothing"),
        ({"patch": {"nose": 1}}, "no such field"),
        ({"seeds": 0}, "seeds: 1 to 100"),
        ({"trainer": "nobody"}, "there is no trainer"),
    ],
)
def test_a_study_that_cannot_run_is_refused_and_leaves_nothing(more, told):
    with pytest.raises(ConfigError, match=told):
        opened(**more)
    assert not Study.objects.exists()
    assert not Run.objects.exists()


def test_runs_that_are_there_make_a_study_that_says_so():
    before = [ran(losses=(2.0, 1.0 + 0.1 * n), config={"noise": 0.3}) for n in range(3)]
    after = [ran(losses=(2.0, 0.5 + 0.1 * n), config={"noise": 0.0}) for n in range(3)]
    study = studies.from_runs(asked(), before, after, LIN)
    assert study.afterwards
    assert not study.paired  # all of seed 0
    assert [arm.patch for arm in study.arms.all()] == [{}, {"noise": 0.0}]
    assert len(conclude(study).sides[1].values) == 3


def test_seeds_can_be_added_to_runs_that_were_there():
    one, other = ran(config={"noise": 0.3}), ran(config={"noise": 0.0})
    study = studies.from_runs(asked(), [one], [other], LIN)
    assert {run.config["noise"] for run in studies.add_seeds(study, 2, LIN)} == {0.3, 0.0}


def test_a_run_stands_in_one_arm():
    run = ran()
    with pytest.raises(StudyError, match="a run stands in one arm"):
        studies.from_runs(asked(), [run], [run], LIN)
    with pytest.raises(StudyError, match="at least one run"):
        studies.from_runs(asked(), [run], [], LIN)


def test_a_verdicts_fix_is_tried_on_its_run_which_is_not_counted_itself():
    run = ran(losses=[1.0, "NaN"], config={"steps": 20, "noise": 0.3})
    study = studies.from_verdict(
        run, "non_finite_loss", asked(), LIN, patch={"noise": 0.0}, seeds=2
    )
    assert study.source == run
    assert run not in runs_of(study, "before")
    assert [m.seed for m in Member.objects.filter(arm__study=study, arm__place=0)] == [0, 1]
    for arm, losses in (("before", [1.0, "NaN"]), ("after", [1.0, 0.5])):
        for made in runs_of(study, arm):
            logged(made, losses)
            Run.objects.filter(pk=made.pk).update(status=Status.FINISHED)
            examine(Run.objects.get(pk=made.pk))
    found = conclude(study)
    assert found.main.cleared
    assert found.main.cleared.symptom == Symptom.CLEARED
    assert found.main.cleared.before.seen == 2


def test_a_verdict_that_names_no_change_is_told():
    run = ran()
    with pytest.raises(StudyError, match="no verdict of 'nothing'"):
        studies.patch_of(run, "nothing")
    rule = Examination.objects.get(run=run).verdicts[0]["rule"]
    with pytest.raises(StudyError, match="names no change"):
        studies.patch_of(run, rule)


def test_a_fix_is_taken_apart():
    parts = parts_of({"noise": 0.0, "steps": 30})
    arms = studies.taken_apart(parts, Design.FACTORIAL)
    study = studies.open_study(asked(), plan(arms=arms, parts=parts, design=Design.FACTORIAL), LIN)
    for member in Member.objects.filter(arm__study=study).select_related("run"):
        assert member.run
        config = member.run.config
        gain = 0.5 * (config["noise"] == 0) + 0.001 * member.seed * (config["steps"] == 30)
        finish(member.run, 2.0 + 0.1 * member.seed - gain)
    found = conclude(study)
    by_part = {effect.part: effect for effect in found.effects}
    assert by_part["noise"].effect == pytest.approx(-0.5)
    assert by_part["noise"].interval is None  # alike in every seed
    assert by_part["steps"].effect == pytest.approx(-0.001)
    assert by_part["steps"].interval is not None
    assert found.main.arm.name == "after"


def test_several_arms_share_the_errors():
    arms = [*studies.before_and_after({"noise": 0.0})]
    arms.append(Planned("less", {"noise": 0.1}, ("noise",)))
    study = opened(arms=arms)
    for member in Member.objects.filter(arm__study=study).select_related("run"):
        finish(member.run, 1.0 + 0.1 * member.seed + 0.01 * member.place)
    levels = {one.answer.design.level for one in conclude(study).comparisons}
    assert levels == {1 - (1 - LEVEL) / 2}


def test_too_many_parts_name_the_way_out():
    parts = parts_of({str(n): n for n in range(5)})
    with pytest.raises(StudyError, match="leave each part out once"):
        studies.taken_apart(parts, Design.FACTORIAL)


def test_a_trainers_own_metric_is_proposed():
    metric = proposed("sdm_alignment")
    assert metric is not None
    assert (metric.name, metric.direction) == ("eval/map", "higher")
    assert proposed("nobody") is None


def test_what_is_kept_is_what_was_asked():
    guard = {"metric": "time/step", "direction": "lower", "smallest": 0.1}
    question = asked(guardrails=[guard], hypothesis="noise hurts")
    study = studies.open_study(question, plan(), LIN)
    assert of(Study.objects.get(pk=study.pk)).kept == question.kept
