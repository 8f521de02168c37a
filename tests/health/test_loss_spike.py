"""NUM-07: spikes that pass, spikes that linger, and what is no spike."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.loss_spike import loss_spike
from tests.health.given import context, noisy, verdict_of

STEPS = np.arange(1, 401)
FALLING = 0.3 + np.exp(-STEPS / 100)


def said(loss, curves=None, facts=None, **config) -> Any:
    given = {"train/loss": loss, **(curves or {})}
    return verdict_of(loss_spike, context(given, facts, config))


def spiked(at=300, times=4.0, long=1, noise=0.1) -> Any:
    return noisy(FALLING, noise) * np.where((at <= STEPS) & (at + long > STEPS), times, 1.0)


def test_a_spike_that_passes_is_a_remark():
    verdict = said(spiked())
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"].startswith("Spikes: 1, the highest at step 300")
    assert verdict["evidence"][0]["steps"] == [300]
    assert verdict["patch"] == {}


def test_speaks_of_one_that_lingers():
    verdict = said(spiked(long=50))
    assert verdict["state"] == "warn"
    assert "the loss stays up" in verdict["says"]
    assert verdict["patch"] == {"learning_rate": pytest.approx(3.33e-5)}


def test_speaks_of_many():
    loss = noisy(FALLING, 0.05) * np.where(STEPS % 40 == 0, 3.0, 1.0)
    assert said(loss)["state"] == "warn"


def test_the_gradient_must_have_risen_too():
    flat = noisy(np.ones(400), 0.1, seed=1)
    assert said(spiked(), {"train/grad_norm": flat})["held_back"] is None
    risen = flat * np.where(STEPS == 300, 5.0, 1.0)
    assert said(spiked(), {"train/grad_norm": risen})["held_back"] == "warn"


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.25])
@pytest.mark.parametrize("ar", [0.0, 0.8])
def test_silent_of_noise(noise, ar):
    verdict = said(noisy(FALLING, noise, ar))
    assert (verdict["state"], verdict["held_back"]) == ("pass", None)


def test_silent_of_a_quantised_loss():
    assert said(np.round(FALLING, 2))["held_back"] is None


def test_silent_of_a_bank_that_fills():
    fill = np.clip((STEPS - 200) * 40, 0, 128)
    curves = {"bank/fill": fill}
    assert said(FALLING * np.log(5 + fill), curves)["held_back"] is None


def test_waits_for_65_values_after_warm_up():
    assert said(FALLING[:164], facts={"train/warmup_steps": 100})["state"] == "waiting"


def test_not_applicable_without_a_loss():
    assert verdict_of(loss_spike, context({"eval/iou": [1.0]}))["state"] == "not_applicable"
