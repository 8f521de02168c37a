"""CNV-07: a loss that jumps up and down; a remark until it is measured."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.oscillation import oscillation
from tests.health.given import context, noisy, verdict_of

STEPS = np.arange(300)


def said(loss, **config) -> Any:
    return verdict_of(oscillation, context({"train/loss": loss}, config=config))


def test_remarks_on_a_loss_that_takes_turns():
    """A forgotten zero_grad: between 0.5 and 6.9."""
    verdict = said(noisy(np.where(STEPS % 2, 0.5, 6.9)))
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["patch"] == {"learning_rate": pytest.approx(3.33e-5)}


@pytest.mark.parametrize("noise", [0.05, 0.25, 0.5])
@pytest.mark.parametrize("ar", [0.0, 0.8])
def test_silent_of_the_noise_of_minibatches(noise, ar):
    assert said(noisy(0.3 + np.exp(-STEPS / 60), noise, ar))["held_back"] is None


def test_silent_of_small_swings():
    assert said(1 + 0.02 * (-1.0) ** STEPS)["held_back"] is None


def test_waits_for_two_hundred_values():
    assert said(np.ones(199))["state"] == "waiting"


def test_not_applicable_without_a_loss():
    assert verdict_of(oscillation, context({"eval/iou": [1.0]}))["state"] == "not_applicable"
