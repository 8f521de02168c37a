"""NUM-02: a loss below what its definition allows, and which defect explains it."""

import math
from typing import Any

import numpy as np
import pytest

from dashboard.health.rule import Context
from dashboard.health.rules.loss_below_bound import loss_below_bound
from tests.health.given import context, points, verdict_of


def said(loss, bound=0.0, facts=None, curves=None, **config) -> Any:
    given = {"train/loss/sdm": loss, **(curves or {})}
    stated = {"sdm/lower_bound": bound, **(facts or {})}
    return verdict_of(loss_below_bound, context(given, stated, config))


def test_the_bound_of_an_epsilon():
    """64 columns, 1 of them positive, eps 1e-6."""
    assert -math.log(1 + 63e-6) == pytest.approx(-6.3e-5, abs=1e-7)
    assert said(np.full(50, -6.3e-5), -6.3e-5)["state"] == "pass"


@pytest.mark.parametrize("sum_of_row", [1.0069, 1.0345, 1.057])
def test_speaks_of_the_reports_negative_losses_and_names_the_row_sum(sum_of_row):
    lowest = -math.log(sum_of_row)
    verdict = said(
        [0.5, lowest, lowest],
        curves={"sdm/target_row_sum_max": [1.0, sum_of_row, 1.0]},
        target_rows="columns",
    )
    assert verdict["state"] == "fail"
    assert verdict["number"]["value"] == pytest.approx(lowest)
    assert f"sum to as much as {sum_of_row:.3f}" in verdict["causes"][0]
    assert verdict["patch"] == {"target_rows": "normalised"}


def test_speaks_of_rows_whose_mean_is_still_positive():
    verdict = said(np.full(20, 8.0), curves={"sdm/smallest_row": np.full(20, -0.665)})
    assert verdict["state"] == "fail"
    assert verdict["says"].startswith("sdm/smallest_row fell to -0.665 at 20 steps")


def test_blames_half_precision_where_the_rows_sum_to_one():
    verdict = said(np.full(9, -0.05), facts={"sdm/loss_precision": "fp16"}, loss_precision="fp16")
    assert verdict["causes"][0].startswith("The loss is computed in fp16")
    assert verdict["patch"] == {"loss_precision": "fp32"}


def test_round_off_of_bfloat16_is_allowed():
    assert said(np.full(9, -0.0078), facts={"sdm/loss_precision": "bf16"})["state"] == "pass"
    assert said(np.full(9, -0.0078))["state"] == "fail"


def test_silent_of_a_single_value():
    assert said([1.0, -0.5, 1.0])["state"] == "pass"


def test_reads_the_bounds_that_a_trainer_declares():
    curves = {"train/loss/l1": points(np.full(5, -0.1)), "train/lr": points(np.full(5, -1.0))}
    bounds = {"train/loss/l1": 0.0, "train/lr": 0.0}
    verdict = verdict_of(loss_below_bound, Context(curves, bounds=bounds))
    assert verdict["state"] == "fail"
    assert verdict["says"].startswith("train/loss/l1 fell to -0.100 at 5 steps")


def test_a_sum_may_be_as_negative_as_its_part():
    curves = {"train/loss": points(np.full(9, -1.5)), "train/loss/sdm": points(np.full(9, -1.5))}
    bounds = {"train/loss": 0.0, "train/loss/sdm": 0.0}
    given = Context(curves, {"sdm/lower_bound": -1.97}, bounds=bounds)
    assert verdict_of(loss_below_bound, given)["state"] == "pass"


def test_leaves_nan_to_non_finite_loss():
    assert said(np.full(20, np.nan), curves={"train/loss": np.ones(20)})["state"] != "fail"


def test_not_applicable_without_a_declared_bound():
    verdict = verdict_of(loss_below_bound, context({"train/loss": np.full(9, -1.0)}))
    assert verdict["state"] == "not_applicable"


def test_a_loss_far_below_is_a_term_that_is_subtracted():
    curves = {"train/loss/sdm": np.linspace(-1, -7, 50), "sdm/target_row_sum_max": np.ones(50)}
    verdict = verdict_of(loss_below_bound, context(curves, {"sdm/lower_bound": 0.0}))
    assert verdict["causes"][0].startswith("A term's sign: it is subtracted")
