"""CCH-02: whether hits make a step faster; a remark until it is measured."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.cache_gain import cache_gain
from tests.health.given import context, verdict_of


def said(miss, hit, each=30, **config) -> Any:
    curves = {
        "cache/requests": np.full(2 * each, 8.0),
        "cache/hits": np.repeat([0.0, 8.0], each),
        "time/features": np.repeat([miss, hit], each),
    }
    return verdict_of(cache_gain, context(curves, config=config))


def test_remarks_on_hits_that_save_nothing():
    verdict = said(0.2, 0.15)
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["number"]["value"] == pytest.approx(0.2 / 0.15)


def test_silent_of_hits_that_save_most():
    verdict = said(0.1, 0.0015)
    assert verdict["held_back"] is None
    assert verdict["says"] == (
        "Features take 0.0015 s where they are found, 0.100 s where they are computed: 0.021 s at"
        " 80 % of hits."
    )


def test_says_which_share_of_hits_a_budget_needs():
    """80 % of hits and less than 10 s cannot both be had at 562 s for a miss."""
    verdict = said(562.64, 3.0, step_budget=10.0)
    assert "114.928 s at 80 % of hits" in verdict["says"]
    assert verdict["says"].endswith("The budget of 10.000 s needs more than 98.7 % of hits.")
    assert "No share of hits reaches" in said(562.64, 12.0, step_budget=10.0)["says"]


def test_waits_for_twenty_steps_of_either_kind():
    assert said(0.1, 0.1, 19)["state"] == "waiting"


def test_not_applicable_without_a_cache():
    assert verdict_of(cache_gain, context({"train/loss": [1.0]}))["state"] == "not_applicable"
