"""THR-01: steps that take longer than earlier ones, and the part that grew."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.slowdown import slowdown
from tests.health.given import context, noisy, verdict_of


def said(factor, device="cuda", count=300, since=200, curves=None) -> Any:
    rng = np.random.default_rng(0)
    outliers = np.where(rng.random(count) < 0.02, 4.0, 1.0)
    step = noisy(np.full(count, 0.2), 0.05) * outliers
    step *= np.where(np.arange(count) >= since, factor, 1.0)
    step[:5] *= 20  # compiling
    return verdict_of(slowdown, context({"time/step": step, **(curves or {})}, {"device": device}))


@pytest.mark.parametrize(("factor", "state"), [(1.0, "pass"), (1.05, "pass"), (1.2, "warn"),
                                                (2.0, "fail")])  # fmt: skip
def test_a_fifth_warns_and_a_half_fails(factor, state):
    assert said(factor)["state"] == state


def test_names_the_part_that_grew():
    grown = np.where(np.arange(300) >= 200, 0.15, 0.01)
    curves = {"time/data": grown, "time/forward": np.full(300, 0.1)}
    assert said(1.6, curves=curves)["causes"][0].startswith("time/data grew most, by 0.140 s")


def test_only_remarks_on_a_cpu_that_others_share():
    verdict = said(2.0, "cpu")
    assert (verdict["state"], verdict["held_back"]) == ("pass", "fail")


def test_thirty_slow_steps_are_not_enough():
    assert said(2.0, since=270)["state"] == "pass"


def test_a_bank_that_fills_makes_steps_of_another_kind():
    fill = np.clip((np.arange(1, 301) - 195) * 40, 0, 128)
    assert said(2.0, curves={"bank/fill": fill})["state"] == "waiting"


def test_waits_for_130_steps():
    assert said(2.0, count=129, since=60)["state"] == "waiting"


def test_not_applicable_without_times():
    assert verdict_of(slowdown, context({"train/loss": [1.0]}))["state"] == "not_applicable"


def test_says_that_times_of_zero_are_no_measurement():
    verdict = verdict_of(slowdown, context({"time/step": np.zeros(300)}))
    assert verdict["state"] == "waiting"
    assert "their time was not measured" in verdict["says"]


def test_counts_on_a_cpu_where_its_own_processor_time_grew():
    worked = np.where(np.arange(300) >= 200, 0.4, 0.2)
    assert said(2.0, "cpu", curves={"time/cpu": worked})["state"] == "fail"


def test_waiting_for_others_is_no_processor_time():
    verdict = said(2.0, "cpu", curves={"time/cpu": np.full(300, 0.2)})
    assert (verdict["state"], verdict["held_back"]) == ("pass", "fail")
