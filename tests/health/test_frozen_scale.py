"""CTR-02: a scale that cannot move is found, one that need not move is left alone."""

import math
from typing import Any

import numpy as np

from dashboard.health.rule import Context
from dashboard.health.rules.frozen_scale import frozen_scale
from tests.health.given import context, verdict_of


def said(values, grad=0.01, rate=1e-4, config=None, **facts) -> Any:
    stated = {f"region/logit_scale_{name}": value for name, value in facts.items()}
    curves = {
        "region/logit_scale": values,
        "region/logit_scale_grad": np.broadcast_to(grad, len(values)),
        "train/lr": np.full(len(values), rate),
    }
    return verdict_of(frozen_scale, context(curves, stated, config))


def frozen() -> Context:
    """A run whose scale bfloat16 freezes at its right start."""
    return context(
        {
            "region/logit_scale": np.full(60, 3.96875),
            "region/logit_scale_grad": np.full(60, 0.01),
            "train/lr": np.full(60, 1e-4),
        },
        {"region/logit_scale_dtype": "bfloat16", "region/logit_scale_expected": 3.97},
        {"precision": "bf16_weights"},
    )


def test_speaks_of_a_scale_that_bfloat16_freezes():
    verdict = said(
        np.full(100, 2.65625),
        config={"precision": "bf16_weights", "logit_scale_source": "value"},
        dtype="bfloat16",
        expected=3.97,
    )
    assert verdict["state"] == "fail"
    assert verdict["says"] == (
        "Frozen by precision: ×14.24 (τ 0.070) has the same bits at 100 steps while its gradient"
        " is not zero."
    )
    assert "spacing of 0.015625" in verdict["expected"]
    assert verdict["patch"] == {"precision": "fp32", "logit_scale_source": "checkpoint"}


def test_offers_the_precision_alone_where_the_start_is_right():
    verdict = said(
        np.full(60, 3.96875), config={"precision": "bf16_weights"}, dtype="bfloat16", expected=3.97
    )
    assert verdict["patch"] == {"precision": "fp32"}


def test_says_when_bfloat16_will_be_known():
    verdict = said(np.full(21, 2.65625), dtype="bfloat16")
    assert verdict["says"] == "×14.24 (τ 0.070) has not moved yet; 21 of 50 values are there."


def test_speaks_of_an_unexplained_standstill_after_200_values():
    assert said(np.full(199, 3.97))["state"] == "waiting"
    verdict = said(np.full(200, 3.97))
    assert verdict["state"] == "warn"
    assert verdict["patch"] == {}


def test_speaks_of_a_scale_at_the_ceiling():
    verdict = said(np.full(250, math.log(100)), config={"logit_scale_source": "value"})
    assert verdict["state"] == "warn"
    assert verdict["says"] == "Pinned at the ceiling: ×100.00 (τ 0.010) at 200 steps."


def test_silent_while_it_moves():
    verdict = said(3.97 + 1e-4 * np.arange(100))
    assert verdict["state"] == "pass"
    assert verdict["says"] == "The scale moves: from ×52.98 (τ 0.019) to ×53.51 (τ 0.019)."


def test_silent_where_the_gradient_is_zero():
    assert said(np.full(300, 3.97), grad=0.0)["state"] == "pass"


def test_silent_where_bfloat16_could_move():
    """A learning rate above half a spacing is not rounded away: something else must explain it."""
    assert said(np.full(100, 2.65625), rate=0.01, dtype="bfloat16")["state"] == "waiting"


def test_silent_where_it_may_not_move():
    assert said(np.full(300, 2.65625), trainable=False)["state"] == "not_applicable"


def test_not_applicable_without_a_gradient():
    verdict = verdict_of(frozen_scale, context({"region/logit_scale": np.full(300, 2.7)}))
    assert verdict["state"] == "not_applicable"
