"""CNV-06: a loss that rises for good, and what only looks like it."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.diverging import diverging
from tests.health.given import context, noisy, verdict_of

STEPS = np.arange(1, 401)
FALLING = 0.2 + np.exp(-STEPS / 60)


def said(loss, curves=None, **config) -> Any:
    return verdict_of(diverging, context({"train/loss": loss, **(curves or {})}, config=config))


def test_speaks_of_a_loss_that_rises_for_good():
    loss = np.concatenate([FALLING[:200], np.linspace(0.2, 3, 200)])
    verdict = said(noisy(loss, 0.1))
    assert verdict["state"] == "fail"
    assert verdict["says"].startswith("The loss diverges: it rose to 2.")
    assert verdict["patch"] == {"learning_rate": pytest.approx(1e-5)}
    assert verdict["evidence"][0]["level"]["label"] == "best level"


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.25])
@pytest.mark.parametrize("ar", [0.0, 0.5, 0.8])
def test_silent_while_the_loss_falls(noise, ar):
    assert said(noisy(FALLING, noise, ar))["state"] == "pass"


def test_silent_of_a_single_spike():
    assert said(np.where(STEPS == 390, 20.0, FALLING))["state"] == "pass"


def test_silent_of_a_loss_around_nothing():
    rng = np.random.default_rng(0)
    assert said(FALLING - 0.2 + 1e-3 * rng.random(400))["state"] == "pass"


def test_silent_of_a_rise_that_a_filling_bank_makes():
    fill = np.clip((STEPS - 200) * 40, 0, 128)
    curves = {"bank/fill": fill, "region/candidates": 5 + fill}
    assert said(noisy(FALLING * np.log(5 + fill), 0.1), curves)["state"] == "pass"


def test_waits_for_120_values():
    assert said(np.linspace(1, 9, 119))["state"] == "waiting"


def test_leaves_nan_to_non_finite_loss():
    assert said(np.full(400, np.nan))["state"] == "waiting"


def test_not_applicable_without_a_loss():
    assert verdict_of(diverging, context({"eval/iou": [1.0]}))["state"] == "not_applicable"
