"""THR-02: the share of a step that waits for its batch."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.data_wait import data_wait
from tests.health.given import context, noisy, verdict_of


def said(share, device="cuda:0", count=100) -> Any:
    step = noisy(np.full(count, 0.3))
    curves = {"time/step": step, "time/data": share * step}
    return verdict_of(data_wait, context(curves, {"device": device}))


@pytest.mark.parametrize(("share", "state"), [(0.02, "pass"), (0.07, "warn"), (0.3, "fail")])
def test_the_cut_offs_of_the_profilers_on_a_gpu(share, state):
    assert said(share)["state"] == state


def test_a_cpu_does_not_stand_idle_while_it_loads():
    assert said(0.13, "cpu")["state"] == "pass"
    verdict = said(0.3, "cpu")
    assert verdict["state"] == "warn"
    assert verdict["expected"] == "Less than 20 %."


def test_the_first_steps_do_not_count():
    step = np.full(60, 0.3)
    curves = {"time/step": step, "time/data": np.where(np.arange(60) < 5, 0.29, 0.001)}
    verdict = verdict_of(data_wait, context(curves, {"device": "cuda"}))
    assert verdict["state"] == "pass"
    assert verdict["window"] is None


def test_waits_for_fifty_steps():
    assert said(0.5, count=54)["state"] == "waiting"


def test_not_applicable_without_times():
    assert verdict_of(data_wait, context({"train/loss": [1.0]}))["state"] == "not_applicable"
