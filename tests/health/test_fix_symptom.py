"""FIX-02: what failed in the baseline, asked again of the run that was to mend it."""

from typing import Any

import numpy as np

from dashboard.health.judging import judge
from dashboard.health.rule import Context
from dashboard.health.rules.fix_symptom import fix_symptom
from dashboard.health.rules.non_finite_loss import non_finite_loss
from dashboard.health.rules.zero_norm_regions import zero_norm_regions
from dashboard.health.wording import worded
from tests.health.comparing import ORIGIN, alone, baseline, compared, kept
from tests.health.given import context

RULES = (non_finite_loss, zero_norm_regions, fix_symptom)


def rows(zero, count: int = 100) -> Any:
    return {
        "train/loss": [1.0] * count,
        "region/rows": [40.0] * count,
        "region/zero_rows": [float(zero)] * count,
    }


def asked_again(curves, base=None, **more) -> Any:
    base = base or baseline(verdicts=kept(zero_norm_regions, context(rows(9))))
    given = {"over": True, "origin": ORIGIN, **more}
    made = Context(context(curves).curves, {"device": "cpu"}, {}, baseline=base, **given)
    return worded(judge(made, RULES)[-1])


def test_gone_when_the_same_rule_passes_on_as_much():
    verdict = asked_again(rows(0))
    assert verdict["state"] == "pass"
    assert verdict["remark"] is None
    assert verdict["says"].startswith("1 of 1 symptoms of the baseline are gone.")
    assert "Zero-norm region embeddings, gone: 900 of 4000" in verdict["says"]
    assert "None of 4000 region embeddings has norm 0." in verdict["says"]  # n of both


def test_still_there_is_held_back_as_the_rule_itself_fails():
    verdict = asked_again(rows(9))
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert "still there" in verdict["says"]


def test_not_gone_before_as_much_was_seen():
    """The baseline was judged by 100 steps: a pass at step 40 is too early."""
    verdict = asked_again(rows(0, 40))
    assert verdict["state"] == "waiting"
    assert "not yet as much as in the baseline" in verdict["says"]


def test_a_rule_that_cannot_judge_the_run_shows_nothing():
    verdict = asked_again({"train/loss": np.ones(100)})
    assert verdict["state"] == "waiting"
    assert "Now not applicable" in verdict["says"]


def test_not_applicable_where_nothing_was_wrong():
    base = baseline(verdicts=kept(zero_norm_regions, context(rows(0))))
    assert asked_again(rows(0), base)["state"] == "not_applicable"


def test_waits_for_a_baseline_that_still_trains():
    base = baseline(over=False, step=12, verdicts=kept(zero_norm_regions, context(rows(9))))
    verdict = asked_again(rows(0), base)
    assert verdict["state"] == "waiting"
    assert verdict["says"] == "The baseline before is not over yet: it is at step 12."


def test_waits_for_the_first_metric():
    assert compared(fix_symptom, curves={})["state"] == "waiting"


def test_not_applicable_without_a_baseline():
    assert alone(fix_symptom)["state"] == "not_applicable"
