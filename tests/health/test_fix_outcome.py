"""FIX-03: what one run each can say about an outcome, which is not much."""

import math

import numpy as np

from dashboard.health.rules.fix_outcome import fix_outcome
from tests.health.comparing import alone, baseline, compared

NAME = "eval/region_recall_at_1"


def said(values, reached: float | None = 0.214, **more):
    curves = {"train/loss": [1.0] * 100, NAME: values}
    return compared(fix_outcome, base=baseline(reached=reached), curves=curves, **more)


def test_tells_both_and_concludes_nothing():
    verdict = said([0.1, 0.33])
    assert verdict["state"] == "waiting"
    assert verdict["says"] == (
        "One run each: eval/region_recall_at_1 0.330 here at step 2, 0.214 in the baseline, better."
        " The spread between runs of one configuration is unknown, so this is not evidence that the"
        " change caused the difference."
    )
    assert "2 more seeds of each, paired by seed" in verdict["remedy"]


def test_never_passes_however_many_steps_there_are():
    assert said(np.linspace(0.2, 0.99, 2000))["state"] == "waiting"


def test_worse_is_told_as_plainly():
    assert "0.214 in the baseline, worse." in said([0.1])["says"]
    assert "0.214 in the baseline, the same." in said([0.214])["says"]


def test_says_that_a_live_run_is_not_over():
    assert said([0.3], over=False)["says"].endswith("This run is not over yet.")


def test_waits_for_a_value_of_both():
    assert said([])["says"] == f"{NAME} has no value yet in both runs."
    assert said([0.3], reached=None)["state"] == "waiting"
    assert said([0.3], reached=math.nan)["state"] == "waiting"


def test_not_applicable_where_no_metric_decides_or_there_is_no_baseline():
    assert compared(fix_outcome, primary=None)["state"] == "not_applicable"
    assert alone(fix_outcome)["state"] == "not_applicable"
