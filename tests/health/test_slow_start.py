"""THR-03: the first step is not what a step takes."""

from typing import Any

import numpy as np

from dashboard.health.rules.slow_start import slow_start
from tests.health.given import context, verdict_of


def said(first, count=20) -> Any:
    step = np.full(count, 0.3)
    step[0] = first
    return verdict_of(slow_start, context({"time/step": step}))


def test_the_reports_562_seconds_were_a_first_step():
    verdict = said(562.0)
    assert (verdict["state"], verdict["held_back"]) == ("pass", None)
    assert verdict["says"] == (
        "The first step took 562.000 s; the median after the first 5 is 0.300 s."
    )


def test_remarks_on_more_than_twenty_minutes():
    assert said(1300.0)["held_back"] == "warn"


def test_waits_for_ten_steps():
    assert said(1300.0, 9)["state"] == "waiting"


def test_not_applicable_without_times():
    assert verdict_of(slow_start, context({"train/loss": [1.0]}))["state"] == "not_applicable"
