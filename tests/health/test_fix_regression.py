"""FIX-05: a fix that brings another symptom."""

from typing import Any

import numpy as np

from dashboard.health.judging import judge
from dashboard.health.rule import Context
from dashboard.health.rules.fix_regression import fix_regression
from dashboard.health.rules.non_finite_loss import non_finite_loss
from dashboard.health.wording import worded
from tests.health.comparing import alone, baseline, kept
from tests.health.given import context

RULES = (non_finite_loss, fix_regression)
WELL, BROKEN = {"train/loss": [1.0, 1.0]}, {"train/loss": [1.0, np.nan]}


def said(was, now, **more) -> Any:
    base = baseline(verdicts=kept(non_finite_loss, context(was)), **more)
    made = Context(context(now).curves, {}, {}, baseline=base, over=True)
    return worded(judge(made, RULES)[-1])


def test_speaks_of_a_rule_that_passed_and_fails():
    verdict = said(WELL, BROKEN)
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"].startswith("Rules that got worse than in the baseline: 1.")
    assert "Non-finite" in verdict["says"]
    assert verdict["since_step"] == 2


def test_silent_where_it_failed_before_as_well():
    assert said(BROKEN, BROKEN)["held_back"] is None


def test_silent_where_it_got_better():
    assert said(BROKEN, WELL)["says"] == "None of 1 rules got worse."


def test_waits_where_no_rule_has_judged_both():
    assert said({}, BROKEN)["state"] == "waiting"


def test_waits_for_a_baseline_that_still_trains():
    assert said(WELL, BROKEN, over=False)["state"] == "waiting"


def test_not_applicable_without_a_baseline():
    assert alone(fix_regression)["state"] == "not_applicable"
