"""CTR-08: norms relative to what a normalisation layer gives."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.norm_drift import norm_drift
from tests.health.given import context, noisy, verdict_of


def said(norm, facts=None, **config) -> Any:
    return verdict_of(norm_drift, context({"sdm/norm_over_sqrt_d": norm}, facts, config))


@pytest.mark.parametrize(("width", "norm"), [(324, 17.99), (384, 19.58), (400, 19.99), (512, 22.6)])
def test_the_norms_of_18_to_20_are_what_the_layer_gives(width, norm):
    verdict = said(np.full(100, norm / np.sqrt(width)))
    assert verdict["state"] == "pass"
    assert verdict["number"]["value"] == pytest.approx(1, abs=2e-3)


def test_speaks_of_a_target_that_fights_the_layer():
    """The report's target of 8 for a width of 400."""
    verdict = said(noisy(np.full(100, 0.97), 0.02), {"features/norm_target": 0.4}, norm_target=0.4)
    assert verdict["state"] == "warn"
    assert verdict["says"].startswith("Norms are pulled to 0.400 times √d")
    assert verdict["patch"] == {"norm_target": 1.0}


def test_a_target_without_a_penalty_pulls_nothing():
    assert said(np.ones(100), {"features/norm_target": 0.4}, norm_penalty=0)["state"] == "pass"


@pytest.mark.parametrize("norm", [0.3, 2.5])
def test_speaks_of_norms_that_no_layer_gives(norm):
    assert said(np.full(100, norm))["state"] == "warn"


def test_speaks_of_a_drift():
    verdict = said(np.linspace(1.0, 1.9, 300))
    assert verdict["state"] == "warn"
    assert "drifted" in verdict["says"]


def test_silent_of_a_steady_norm():
    assert said(noisy(np.full(300, 1.0), 0.05), {"features/norm_target": 1.0})["state"] == "pass"


def test_waits_for_fifty_values_after_warm_up():
    assert said(np.full(59, 3.0), {"train/warmup_steps": 10})["state"] == "waiting"


def test_not_applicable_without_norms():
    assert verdict_of(norm_drift, context({"train/loss": [1.0]}))["state"] == "not_applicable"
