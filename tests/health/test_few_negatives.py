"""CTR-04: few negatives, or a scale that lets few of them weigh."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.few_negatives import few_negatives
from tests.health.given import context, verdict_of


def said(candidates, weighing=None, **config) -> Any:
    curves = {"region/candidates": candidates}
    if weighing is not None:
        curves["region/effective_negatives"] = weighing
    return verdict_of(few_negatives, context(curves, config=config))


@pytest.mark.parametrize(("scale", "effective"), [(14.24, 116), (100, 11)])
def test_a_scale_of_100_discards_most_of_a_fresh_bank(scale, effective):
    cosines = 0.0217 * np.random.default_rng(0).normal(size=(2000, 128))
    weights = np.exp(scale * cosines)
    weights /= weights.sum(axis=1, keepdims=True)
    assert (1 / (weights**2).sum(axis=1)).mean() == pytest.approx(effective, rel=0.2)


def test_speaks_of_four_negatives():
    verdict = said(np.full(100, 5.0), bank_size=0)
    assert verdict["state"] == "warn"
    assert verdict["says"].startswith("Only 4 negatives")
    assert verdict["patch"] == {"bank_size": 128}


def test_offers_a_larger_batch_where_there_is_no_bank():
    curves = {"sdm/candidates": np.full(100, 8.0), "sdm/positives": np.full(100, 2.0)}
    verdict = verdict_of(few_negatives, context(curves, config={"batch_size": 8}))
    assert verdict["state"] == "warn"
    assert verdict["patch"] == {"batch_size": 16}


def test_only_remarks_that_few_of_them_weigh():
    verdict = said(np.full(100, 133.0), np.full(100, 11.0))
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"] == "Of 132 negatives only 11.000 weigh, 8.3 %."
    assert verdict["remark"]


def test_silent_of_a_full_bank():
    verdict = said(np.full(100, 133.0), np.full(100, 60.0))
    assert (verdict["state"], verdict["held_back"]) == ("pass", None)


def test_silent_once_the_bank_has_filled():
    assert said(np.where(np.arange(300) < 150, 5.0, 133.0))["state"] == "pass"


def test_waits_for_a_bank_to_fill():
    curves = {"region/candidates": np.full(150, 5.0), "bank/fill": np.zeros(150)}
    verdict = verdict_of(few_negatives, context(curves, {"bank/size": 128}))
    assert verdict["state"] == "waiting"
    assert verdict["says"] == "The memory bank is not full yet: 0 of 128."


def test_waits_for_a_hundred_values():
    assert said(np.full(99, 5.0))["state"] == "waiting"


def test_not_applicable_without_candidates():
    assert verdict_of(few_negatives, context({"train/loss": [1.0]}))["state"] == "not_applicable"
