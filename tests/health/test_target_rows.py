"""NUM-03: rows of the target that do not sum to one, and which mistake it is."""

import math
from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.target_rows import target_rows
from tests.health.given import context, verdict_of


def said(low, high, facts=None, **config) -> Any:
    curves = {
        "sdm/target_row_sum_min": np.full(10, low),
        "sdm/target_row_sum_max": np.full(10, high),
        "sdm/candidates": np.full(10, 64.0),
    }
    return verdict_of(target_rows, context(curves, facts, config))


@pytest.mark.parametrize(
    ("high", "bound"), [(1.0069, -0.0069), (1.0345, -0.0339), (1.057, -0.0555), (2.5, -0.9163)]
)
def test_speaks_of_rows_that_are_off_and_how_low_the_loss_can_fall(high, bound):
    assert -math.log(high) == pytest.approx(bound, abs=1e-4)
    verdict = said(1.0, high, target_rows="columns")
    assert verdict["state"] == "fail"
    assert "keepdim" in verdict["causes"][0]
    assert verdict["patch"] == {"target_rows": "normalised"}


def test_tells_sums_that_were_never_divided():
    verdict = said(2.0, 4.0)
    assert verdict["says"] == "Rows of the target sum to 2.000 to 4.000 instead of 1, at 10 steps."
    assert verdict["causes"][0].startswith("Nothing is divided")


def test_speaks_of_rows_that_sum_to_less():
    assert said(0.4, 1.0)["state"] == "fail"


def test_silent_where_they_sum_to_one():
    assert said(1 - 1e-6, 1 + 1e-6)["state"] == "pass"


def test_half_precision_may_be_off_by_its_rounding():
    facts = {"sdm/loss_precision": "fp16"}
    assert said(0.98, 1.02, facts)["state"] == "pass"
    assert said(0.98, 1.4, facts)["state"] == "fail"


def test_leaves_nan_to_non_finite_loss():
    assert said(np.nan, np.nan)["state"] != "fail"


def test_not_applicable_where_no_target_is_logged():
    assert verdict_of(target_rows, context({"train/loss": [1.0]}))["state"] == "not_applicable"
