"""CTR-09: fallbacks that are counted up, and the terms behind them."""

from typing import Any

import numpy as np

from dashboard.health.rules.temperature_fallbacks import temperature_fallbacks
from tests.health.given import context, verdict_of


def said(fallbacks, curves=None, **config) -> Any:
    given = {"sdm/fallbacks": fallbacks, **(curves or {})}
    return verdict_of(temperature_fallbacks, context(given, config=config))


def every(count, steps=200) -> Any:
    return np.floor(np.arange(steps) / count)


def test_speaks_of_twelve_in_150_steps_and_blames_the_rows():
    curves = {"sdm/negative_terms": np.ones(150), "sdm/target_row_sum_max": np.full(150, 4.0)}
    verdict = said(np.minimum(every(12, 150), 12), curves, target_rows="raw")
    assert verdict["state"] == "warn"
    assert verdict["says"] == "The temperature fell back 12 times in 150 steps, 8.0 %."
    assert "do not sum to one" in verdict["causes"][0]
    assert verdict["patch"] == {"target_rows": "normalised"}


def test_blames_half_precision_where_no_term_is_negative():
    verdict = said(every(10), loss_precision="fp16")
    assert "not finite" in verdict["causes"][0]
    assert verdict["patch"] == {"loss_precision": "fp32"}


def test_silent_of_one_in_two_hundred_steps():
    assert said(every(150))["state"] == "pass"


def test_waits_for_a_hundred_steps():
    assert said(every(5, 99))["state"] == "waiting"


def test_not_applicable_where_none_are_counted():
    verdict = verdict_of(temperature_fallbacks, context({"train/loss": [1.0]}))
    assert verdict["state"] == "not_applicable"
