"""CTR-03: flat and saturated logits, told apart into scale and cosine."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.logit_spread import logit_spread
from tests.health.given import context, verdict_of


def said(sure, right, candidates=4, spread=0.02, scale=14.24, count=120, **curves) -> Any:
    given = {
        "region/max_probability": np.full(count, sure),
        "region/accuracy": np.full(count, right),
        "region/candidates": np.full(count, float(candidates)),
        "region/negative_cosine_std": np.full(count, spread),
        "region/logit_scale": np.full(count, np.log(scale)),
        **curves,
    }
    return verdict_of(logit_spread, context(given))


@pytest.mark.parametrize(("scale", "best"), [(14.24, 0.335), (100, 0.706)])
def test_a_smaller_multiplier_is_flatter_and_not_sharper(scale, best):
    cosines = 0.0217 * np.random.default_rng(0).normal(size=(20_000, 4))
    weights = np.exp(scale * cosines)
    sure = (weights / weights.sum(axis=1, keepdims=True)).max(axis=1).mean()
    assert sure == pytest.approx(best, abs=0.03)


def test_blames_cosines_that_spread_less_than_random_ones():
    verdict = said(0.335, 0.3)
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"] == "Flat: the best of 4 candidates has a probability of 0.335."
    assert verdict["causes"][0].startswith("The cosines, not the scale")


def test_blames_the_scale_where_the_cosines_spread():
    verdict = said(0.995, 0.3, spread=0.3, scale=100)
    assert verdict["says"].startswith("Saturated")
    assert verdict["causes"] == ["The scale of 100.000: the cosines spread by 0.300."]


def test_silent_where_it_is_sure_and_right():
    assert said(0.995, 0.9)["held_back"] is None
    assert said(0.5, 0.5)["held_back"] is None


def test_waits_for_a_hundred_values():
    assert said(0.3, 0.2, count=99)["state"] == "waiting"


def test_not_applicable_without_probabilities():
    assert verdict_of(logit_spread, context({"train/loss": [1.0]}))["state"] == "not_applicable"
