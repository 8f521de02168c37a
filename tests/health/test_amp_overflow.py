"""NUM-04: a loss scale that keeps falling."""

from typing import Any

import numpy as np

from dashboard.health.rules.amp_overflow import amp_overflow
from tests.health.given import context, verdict_of


def said(skipped, scale=1024.0, **config) -> Any:
    skipped = np.asarray(skipped, dtype=float)
    curves = {"amp/skipped": skipped, "amp/scale": np.broadcast_to(scale, skipped.shape)}
    return verdict_of(amp_overflow, context(curves, config=config))


def every(count, steps=400) -> Any:
    return (np.arange(steps) % count == count - 1).astype(float)


def test_speaks_of_one_step_in_fifteen():
    verdict = said(every(15), precision="fp16")
    assert verdict["state"] == "warn"
    assert verdict["says"].startswith("6.6 % of the steps were left out, 23 of 350")
    assert verdict["patch"] == {"precision": "bf16"}


def test_speaks_at_once_of_a_scale_below_one():
    verdict = said(np.zeros(10), np.array([2.0] * 5 + [0.5] * 5))
    assert verdict["state"] == "fail"
    assert verdict["since_step"] == 6


def test_silent_while_the_scale_is_looked_for():
    assert said(np.arange(400) < 30)["state"] == "pass"


def test_silent_of_one_overflow_in_two_thousand_steps():
    assert said(every(2000, 4000))["state"] == "pass"


def test_silent_of_a_share_that_may_be_chance():
    assert said(every(40))["state"] == "pass"  # 2.6 % of 350: the interval begins at 1.2 %


def test_waits_for_two_hundred_steps():
    assert said(every(10, 199))["state"] == "waiting"


def test_not_applicable_without_a_scaler():
    assert verdict_of(amp_overflow, context({"train/loss": [1.0]}))["state"] == "not_applicable"
