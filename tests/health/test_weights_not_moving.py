"""NUM-06: updates that do not change the weights, and why."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.weights_not_moving import weights_not_moving
from tests.health.given import context, noisy, verdict_of


def said(ratio, curves=None, facts=None, **config) -> Any:
    given = {"train/update_ratio": ratio, **(curves or {})}
    return verdict_of(weights_not_moving, context(given, facts, config))


@pytest.mark.parametrize(("ratio", "state"), [(0.0, "fail"), (9e-7, "fail"), (4e-6, "warn"),
                                               (1.5e-4, "pass"), (1e-3, "pass")])  # fmt: skip
def test_the_levels_of_the_pilot(ratio, state):
    assert said(noisy(np.full(60, ratio)))["state"] == state


def test_tells_frozen_weights_from_a_low_rate():
    assert said(np.zeros(60))["causes"][0].startswith("No weight moves at all")
    verdict = said(np.full(60, 3e-6))
    assert verdict["patch"] == {"learning_rate": pytest.approx(1e-3)}


def test_blames_bfloat16_weights_and_scaled_clipping():
    assert said(np.full(60, 3e-7), precision="bf16_weights")["patch"] == {"precision": "fp32"}
    verdict = said(np.full(60, 3e-7), {"amp/scale": np.ones(60)}, unscale_before_clip=False)
    assert verdict["patch"] == {"unscale_before_clip": True}


def test_silent_at_the_end_of_a_schedule():
    rate = 1e-4 * 0.5 * (1 + np.cos(np.pi * np.arange(200) / 200))
    assert said(2 * rate, {"train/lr": rate})["state"] == "pass"


def test_waits_for_forty_steps_after_the_warm_up():
    facts = {"train/warmup_steps": 100, "train/steps": 200}
    assert said(np.full(139, 0.0), facts=facts)["state"] == "waiting"
    assert said(np.full(140, 0.0), facts=facts)["state"] == "fail"


def test_does_not_wait_for_a_warm_up_that_the_run_never_gets_through():
    facts = {"train/warmup_steps": 100_000, "train/steps": 100}
    verdict = said(np.full(40, 1e-7), facts=facts, warmup_steps=100_000)
    assert verdict["state"] == "fail"
    assert verdict["causes"][0].startswith("A warm-up of 100000 steps in a run of 100")
    assert verdict["patch"] == {"warmup_steps": 5}


def test_leaves_nan_to_non_finite_loss():
    assert said(np.full(100, np.nan))["state"] == "not_applicable"
