"""NUM-08: parts of the loss that are replaced by zero, and errors that are swallowed."""

from typing import Any

import numpy as np

from dashboard.health.rules.hidden_failure import hidden_failure
from tests.health.given import context, verdict_of


def said(**curves) -> Any:
    named = {name.replace("__", "/"): values for name, values in curves.items()}
    return verdict_of(hidden_failure, context(named))


def test_speaks_of_a_part_that_is_exactly_zero():
    """NaN turned into 0: the reported total falls from 15.46 to 15.06."""
    part = np.where(np.arange(20) < 12, 0.4, 0.0)
    verdict = said(train__loss__iou=part, train__loss__l1=np.full(20, 15.06))
    assert verdict["state"] == "fail"
    assert (
        verdict["says"]
        == "train/loss/iou is exactly 0 since step 13: it no longer trains anything."
    )
    assert verdict["since_step"] == 13


def test_silent_of_four_zeros_and_of_zeros_that_ended():
    assert said(train__loss__iou=[1.0, 0, 0, 0, 0])["state"] == "pass"
    assert said(train__loss__iou=[0.0, 0, 0, 0, 0, 0, 1.0])["state"] == "pass"


def test_a_penalty_may_be_zero():
    assert said(train__loss__norm=np.zeros(50))["state"] == "pass"


def test_speaks_of_swallowed_errors():
    verdict = said(warn__swallowed=[0.0, 2.0, 1.0], train__loss__l1=[1.0, 1.0, 1.0])
    assert verdict["state"] == "fail"
    assert verdict["says"] == "3 hidden errors or warnings: warn/swallowed."


def test_leaves_nan_to_non_finite_loss():
    assert said(train__loss__iou=np.full(20, np.nan))["state"] == "not_applicable"


def test_not_applicable_without_parts():
    assert said(train__loss=np.zeros(20))["state"] == "not_applicable"


def test_silent_of_a_part_that_was_learnt_to_the_last_digit():
    learnt = np.r_[np.geomspace(1, 1e-7, 100), np.zeros(8)]
    assert said(train__loss__global=learnt)["state"] == "pass"
    lost = np.r_[np.full(100, 0.4), np.zeros(8)]
    assert said(train__loss__global=lost)["state"] == "fail"
