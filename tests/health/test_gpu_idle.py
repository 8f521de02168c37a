"""RES-01: a GPU that waits, and for what."""

from typing import Any

import numpy as np

from dashboard.health.judging import judge
from dashboard.health.rule import Context
from dashboard.health.rules.data_wait import data_wait
from dashboard.health.rules.gpu_idle import gpu_idle
from dashboard.health.wording import worded
from dashboard.metrics.series import Series

NAME = "gpu/0/utilisation"


def readings(values, first: float = 0.0) -> Series:
    """One each ten seconds."""
    times = first + 10.0 * np.arange(len(values))
    return Series.of((times * 1000).astype(int), values, times)


def said(values, curves=None, first: float = 0.0) -> Any:
    steps = np.arange(1, 1001)
    levels = {"train/loss": 1.0, **(curves or {})}
    logged = {n: Series.of(steps, np.full(1000, level)) for n, level in levels.items()}
    given = Context(logged, {"device": "cuda:0"}, system={NAME: readings(values, first)})
    return worded(judge(given, [data_wait, gpu_idle])[-1])


def test_silent_of_a_gpu_that_works():
    assert said(np.full(100, 95.0))["remark"] is None


def test_speaks_of_one_that_is_never_busy():
    verdict = said(np.full(100, 30.0))
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert "between 30.000 % and 30.000 %" in verdict["says"]


def test_speaks_of_one_that_stands_still_now_and_then():
    assert said(np.tile([100.0] * 9 + [0.0], 10))["held_back"] == "warn"


def test_names_the_wait_for_data_where_it_is_one():
    slow = said(np.full(100, 30.0), {"time/step": 1.0, "time/data": 0.6})
    assert slow["causes"][0].startswith("It waits for data: 60 % of a step")
    fast = said(np.full(100, 30.0), {"time/step": 1.0, "time/data": 0.01})
    assert "small for this GPU" in fast["causes"][0]


def test_names_the_features_where_they_take_the_time():
    verdict = said(np.full(100, 30.0), {"time/step": 1.0, "time/features": 0.8})
    assert verdict["causes"][0].startswith("It waits for features: 80 % of a step")


def test_readings_from_before_the_first_step_do_not_count():
    """A model that is loaded for a while leaves the GPU idle without a fault."""
    values = np.concatenate([np.zeros(50), np.full(90, 95.0)])
    assert said(values, first=-500.0)["remark"] is None


def test_waits_for_five_minutes():
    assert said(np.full(20, 30.0))["state"] == "waiting"


def test_not_applicable_without_a_gpu():
    assert said([])["state"] == "not_applicable"
