"""THR-04: silence of a run that is still going."""

from typing import Any

import numpy as np

from dashboard.health.rule import Context
from dashboard.health.rules.stall import stall
from dashboard.metrics.series import Series
from tests.health.given import context, verdict_of

NOW = 1.7e9


def said(silent, pause=1.0, count=50, **more) -> Any:
    times = NOW - silent - pause * np.arange(count)[::-1]
    loss = Series.of(range(1, count + 1), np.ones(count), times)
    return verdict_of(stall, Context({"train/loss": loss}, now=NOW, **more))


def test_speaks_of_six_minutes_without_a_value():
    verdict = said(360)
    assert verdict["state"] == "fail"
    assert verdict["says"] == "No value for 6.000 minutes, since step 50."


def test_slow_steps_are_given_ten_times_their_pause():
    assert said(360, pause=60)["state"] == "pass"
    assert said(700, pause=60)["state"] == "fail"


def test_silent_while_values_arrive():
    assert said(4)["state"] == "pass"


def test_another_curve_shows_that_it_is_alive():
    old = Series.of(range(30), np.ones(30), NOW - 1000 + np.arange(30.0))
    new = Series.of([31], [1.0], [NOW - 5])
    curves = {"train/loss": old, "eval/iou": new}
    assert verdict_of(stall, Context(curves, now=NOW))["state"] == "pass"


def test_waits_for_twenty_steps():
    assert said(1e4, count=19)["state"] == "waiting"


def test_not_applicable_to_an_ended_run_or_without_a_clock():
    assert said(1e4, over=True)["state"] == "not_applicable"
    assert verdict_of(stall, context({"train/loss": np.ones(50)}))["state"] == "not_applicable"
    steps = context({"train/loss": np.ones(50)}, now=NOW)  # times that are no clock's
    assert verdict_of(stall, steps)["state"] == "not_applicable"
