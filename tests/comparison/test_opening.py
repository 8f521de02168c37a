"""A study opens with its arms by turns, each as configured; one that cannot run leaves nothing."""

import math

import pytest

from dashboard.comparison.attribution import Part, factorial, parts_of
from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import StudyError, of, proposed
from dashboard.comparison.models import Design, Member, Study
from dashboard.comparison.opening import from_verdict, open_study, patch_of
from dashboard.comparison.plan import parts_of_fix, taken_apart
from dashboard.comparison.symptom import Symptom
from dashboard.health.examination import examine
from dashboard.health.models import Examination
from dashboard.runs.models import Run, Status
from tests.comparison.given import LIN, asked, finish, opened, plan, runs_of
from tests.web.given import logged, ran
from trainers.config import ConfigError

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"smallest": 0.0}, "smallest: The smallest effect that matters is a number above 0"),
        ({"smallest": math.nan}, "smallest"),
        ({"direction": "up"}, "direction: Say whether lower or higher"),
        ({"title": " "}, "title: Give the study a title"),
        ({"summary": "first"}, "summary: One of last, best, mean"),
        ({"last_k": 0}, "last_k: A whole number from 1 to 10000"),
        ({"guardrails": [{"metric": "m", "direction": "x"}]}, "m: Say whether lower or higher"),
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
        ({"seeds": 0}, "seeds: A study takes 1 to 100"),
        ({"trainer": "nobody"}, "there is no trainer"),
    ],
)
def test_a_study_that_cannot_run_is_refused_and_leaves_nothing(more, told):
    with pytest.raises(ConfigError, match=told):
        opened(**more)
    assert not Study.objects.exists()
    assert not Run.objects.exists()


def test_a_verdicts_fix_is_tried_on_its_run_which_is_not_counted_itself():
    run = ran(losses=[1.0, "NaN"], config={"steps": 20, "noise": 0.3})
    study = from_verdict(run, "non_finite_loss", asked(), LIN, patch={"noise": 0.0}, seeds=2)
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
    with pytest.raises(StudyError, match="no verdict of the rule nothing"):
        patch_of(run, "nothing")
    rule = Examination.objects.get(run=run).verdicts[0]["rule"]
    with pytest.raises(StudyError, match="names no change"):
        patch_of(run, rule)


def test_a_fix_is_taken_apart():
    parts = parts_of({"noise": 0.0, "steps": 30})
    arms = taken_apart(parts, Design.FACTORIAL)
    study = open_study(asked(), plan(arms=arms, parts=parts, design=Design.FACTORIAL), LIN)
    for member in Member.objects.filter(arm__study=study).select_related("run"):
        assert member.run
        config = member.run.config
        gain = 0.5 * (config["noise"] == 0) + 0.001 * member.seed * (config["steps"] == 30)
        finish(member.run, 2.0 + 0.1 * member.seed - gain)
    found = conclude(study)
    by_part = {effect.part: effect for effect in found.effects}
    assert by_part["noise"].worth.effect == pytest.approx(-0.5)
    assert by_part["noise"].worth.interval is None  # alike in every seed
    assert by_part["steps"].worth.effect == pytest.approx(-0.001)
    assert by_part["steps"].worth.interval is not None
    assert found.main.arm.name == "after"


def test_too_many_parts_name_the_way_out():
    parts = parts_of({str(n): n for n in range(5)})
    with pytest.raises(StudyError, match="leave each out once"):
        taken_apart(parts, Design.FACTORIAL)


def test_a_trainers_own_metric_is_proposed():
    metric = proposed("sdm_alignment")
    assert metric is not None
    assert (metric.name, metric.direction) == ("eval/map", "higher")
    assert proposed("nobody") is None


def test_what_is_kept_is_what_was_asked():
    guard = {"metric": "time/step", "direction": "lower", "smallest": 0.1}
    question = asked(guardrails=[guard], hypothesis="noise hurts")
    study = open_study(question, plan(), LIN)
    assert of(Study.objects.get(pk=study.pk)).kept == question.kept


def test_a_number_and_its_unit_are_left_out_together():
    patch = {"bank_warmup": 6, "bank_warmup_unit": "steps", "precision": "fp32"}
    parts = parts_of_fix("region_contrastive", patch)
    arms = taken_apart(parts, Design.LEAVE_ONE_OUT)
    assert [arm.patch for arm in arms[2:]] == [
        {"precision": "fp32"},
        {"bank_warmup": 6, "bank_warmup_unit": "steps"},
    ]


def test_arms_of_parts_with_long_names_fit_into_every_database():
    patch = {"noise": 0.0, "steps": 30, "checkpoint_every": 7}
    parts = [Part(f"{name} {'long ' * 8}", {name: value}) for name, value in patch.items()]
    study = open_study(asked(), plan(parts=parts, arms=factorial(parts), design="factorial"), LIN)
    assert all(len(run.name) <= 200 for run in Run.objects.filter(memberships__arm__study=study))
    for arm in study.arms.all():
        arm.clean_fields(exclude=["patch", "parts"])
