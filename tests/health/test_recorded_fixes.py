"""Runs that really took place, before and after: what is said of the fix."""

from typing import Any

import pytest

from dashboard.health.baseline import Baseline
from dashboard.health.judging import judge
from dashboard.health.origins import completed, primary, together
from dashboard.health.rule import Context
from dashboard.health.wording import worded
from tests.health.given import recorded
from trainers.catalog import TRAINERS


def verdicts(trainer: str, before: str, after: str) -> dict[str, dict[str, Any]]:
    was, now = recorded(f"{trainer}-{before}"), recorded(f"{trainer}-{after}")
    deciding = primary(trainer)
    assert deciding is not None
    origin = {"trainer": trainer, "seed": 0}
    base = Baseline(
        name=before,
        trainer=trainer,
        over=True,
        step=was.step,
        config=completed(trainer, was.config),
        facts=was.facts,
        origin=origin,
        verdicts={verdict["rule"]: verdict for verdict in judge(was)},
        reached=0.2,
        together=together(TRAINERS[trainer]),
    )
    made = Context(
        now.curves,
        now.facts,
        completed(trainer, now.config),
        over=True,
        bounds=now.bounds,
        origin=origin,
        baseline=base,
        primary=deciding,
    )
    return {verdict["rule"]: worded(verdict) for verdict in judge(made)}


@pytest.mark.parametrize("trainer", ["region_contrastive", "sdm_alignment", "box_refinement"])
def test_all_fixes_at_once_are_applied_and_credit_none(trainer):
    seen = verdicts(trainer, "before", "after")
    assert seen["fix_applied"]["state"] == "pass"
    assert seen["fix_confounded"]["state"] == "warn"
    assert seen["fix_outcome"]["state"] == "waiting"
    assert not [rule for rule, verdict in seen.items() if verdict["state"] == "fail"]


def test_the_symptoms_of_the_region_training_are_gone():
    seen = verdicts("region_contrastive", "before", "after")
    assert "still there" not in seen["fix_symptom"]["says"]
    assert "gone" in seen["fix_symptom"]["says"]
    assert seen["metric_definition"]["held_back"] == "fail"  # the raw loss is another one


def test_one_fix_alone_is_one_change_and_leaves_the_others():
    seen = verdicts("region_contrastive", "fault_boxes", "after")
    assert seen["fix_confounded"]["state"] == "pass"
    assert "filter_boxes False → True" in seen["fix_applied"]["says"]
    assert seen["fix_symptom"]["state"] == "pass"
    assert seen["fix_symptom"]["held_back"] is None
