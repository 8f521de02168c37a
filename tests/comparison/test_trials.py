"""What the same rule says of the run that tries a fix, and when it says nothing."""

import pytest
from django.utils.timezone import now

from dashboard.comparison.models import Trial
from dashboard.comparison.trials import Lack, Outcome, follow, trials_of, try_fix
from dashboard.health.models import Examination
from dashboard.runs.models import Run
from tests.web.given import logged, ran
from tests.web.test_run import failing
from trainers.config import ConfigError

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent():
    run = ran("broken")
    failing(run)
    Examination.objects.filter(run=run).update(step=3)
    return Run.objects.get(pk=run.pk)


def end(child, state="pass", *, losses=(3.0, 2.0, 0.5), status="finished", step=3):
    logged(child, losses)
    Run.objects.filter(pk=child.pk).update(status=status)
    failing(child)
    *_rest, whole = child.examination.verdicts
    verdict = {**whole, "state": state, "window": [1, step]}
    made = {"state": state, "verdicts": [verdict], "made_at": now(), "engine_version": "1"}
    Examination.objects.update_or_create(run=child, defaults={**made, "step": step})


def tried(parent):
    [one] = follow(trials_of(Run.objects.get(pk=parent.pk)))
    return one


def test_a_trial_is_a_clone_of_the_same_seed_with_the_change_alone(parent):
    child = try_fix(parent, "scale", {"noise": 0.7})
    assert (child.seed, child.baseline, child.project) == (parent.seed, parent, parent.project)
    assert child.config == {**parent.config, "noise": 0.7}
    assert child.note == "noise: 0.1 → 0.7"


def test_an_approval_that_is_pressed_twice_makes_one_run(parent):
    one, other = (try_fix(parent, "scale", {"noise": 0.7}, key="k") for _ in range(2))
    assert one == other
    assert Trial.objects.count() == 1


@pytest.mark.parametrize(
    ("rule", "changes", "field"),
    [
        ("scale", {"noise": 0.1}, "changes"),
        ("scale", {"noise": -1}, "noise"),
        ("scale", {"warp": 1}, "warp"),
        ("fine", {"noise": 0.7}, "rule"),
        ("nope", {"noise": 0.7}, "rule"),
    ],
)
def test_what_cannot_be_tried_launches_nothing(parent, rule, changes, field):
    with pytest.raises(ConfigError) as caught:
        try_fix(parent, rule, changes)
    assert list(caught.value.errors) == [field]
    assert Run.objects.count() == 1


def test_a_run_that_goes_on_is_not_judged_yet(parent):
    try_fix(parent, "scale", {"noise": 0.7})
    assert tried(parent).outcome == Outcome.STILL_TRAINS


@pytest.mark.parametrize(
    ("ended", "outcome", "lack"),
    [
        ({}, Outcome.CLEARED, None),
        ({"losses": (3.0, 2.0, 1.5)}, Outcome.CLEARED_BUT_WORSE, None),
        ({"losses": (3.0, 2.0, "NaN")}, Outcome.CLEARED_BUT_WORSE, None),
        ({"state": "warn"}, Outcome.STILL_THERE, None),
        ({"state": "fail", "status": "failed"}, Outcome.STILL_THERE, None),
        ({"status": "failed"}, Outcome.NOT_ENOUGH, Lack.ENDED_BADLY),
        ({"state": "waiting"}, Outcome.NOT_ENOUGH, Lack.NOT_JUDGED),
        ({"step": 2}, Outcome.NOT_ENOUGH, Lack.SHORTER),
    ],
)
def test_the_same_rule_judges_the_child(parent, ended, outcome, lack):
    end(try_fix(parent, "scale", {"noise": 0.7}), **ended)
    assert (tried(parent).outcome, tried(parent).lack) == (outcome, lack)


def test_a_parent_that_is_judged_well_now_leaves_nothing_to_clear(parent):
    end(try_fix(parent, "scale", {"noise": 0.7}))
    Examination.objects.filter(run=parent).update(verdicts=[{"rule": "scale", "state": "pass"}])
    assert tried(parent).lack == Lack.NOT_SEEN


def test_a_parent_that_was_deleted_leaves_nothing_to_compare_with(parent):
    child = try_fix(parent, "scale", {"noise": 0.7})
    end(child)
    Run.objects.filter(pk=child.pk).update(baseline=None)
    assert tried(child).lack == Lack.PARENT_GONE
