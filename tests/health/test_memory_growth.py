"""RES-02: memory that grows; a remark until it is measured."""

from typing import Any

import numpy as np

from dashboard.health.rules.memory_growth import memory_growth
from tests.health.given import context, noisy, verdict_of

GIB = 2.0**30
STEPS = np.arange(1000)


def said(memory, **facts) -> Any:
    return verdict_of(memory_growth, context({"system/gpu_memory": memory}, facts))


def test_remarks_on_a_leak():
    verdict = said(10 * GIB * (1 + 1e-4 * STEPS))
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert "grows by 9." in verdict["says"]  # 10 % of the start for 1000 steps


def test_projects_the_end_of_the_run():
    facts = {"train/steps": 11_000}
    verdict = verdict_of(
        memory_growth, context({"system/gpu_memory": 10 * GIB * (1 + 1e-4 * STEPS)}, facts)
    )
    assert verdict["expected"].startswith("Steady. At this pace it is 2")


def test_silent_of_a_steady_use():
    assert said(noisy(np.full(1000, 10 * GIB), 0.02))["held_back"] is None
    assert said(np.full(1000, 10 * GIB))["held_back"] is None


def test_silent_of_a_peak_that_rose_at_the_start():
    assert said(np.where(STEPS < 100, 8 * GIB, 10 * GIB))["held_back"] is None


def test_waits_for_five_hundred_values():
    assert said(np.linspace(1, 9, 499))["state"] == "waiting"


def test_not_applicable_without_a_curve_of_memory():
    assert verdict_of(memory_growth, context({"train/loss": [1.0]}))["state"] == "not_applicable"
