"""CNV-09: the first loss of an untrained model; a remark until it is measured."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.initial_loss import initial_loss
from tests.health.given import context, verdict_of


def said(first, count=20, **facts) -> Any:
    curves = {"train/loss/region": np.full(count, first), "region/candidates": np.full(count, 4.0)}
    named = {name.replace("__", "/"): value for name, value in facts.items()}
    return verdict_of(initial_loss, context(curves, named))


@pytest.mark.parametrize("first", [2.9, 6.0, 0.5])
def test_remarks_on_a_start_far_from_chance(first):
    """A start at the scale's ceiling begins at 2.9 to 6.0 of four candidates."""
    verdict = said(first)
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert "1.386" in verdict["says"]


def test_silent_of_a_start_at_chance():
    assert said(1.40)["held_back"] is None


def test_trained_weights_know_something_already():
    assert said(6.0, weights__coverage=1.0)["state"] == "not_applicable"
    assert said(6.0, resume__from="/runs/1")["state"] == "not_applicable"


def test_waits_for_five_values():
    assert said(6.0, 4)["state"] == "waiting"


def test_not_applicable_without_candidates():
    assert verdict_of(initial_loss, context({"train/loss": [1.0]}))["state"] == "not_applicable"
