"""CNV-09: the first loss of an untrained model."""

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
def test_warns_of_a_start_far_from_chance(first):
    """A start at the scale's ceiling begins at 2.9 to 6.0 of four candidates."""
    verdict = said(first)
    assert verdict["state"] == "warn"
    assert "of chance" in verdict["says"]


def test_silent_of_a_start_at_chance():
    assert said(1.40)["state"] == "pass"


def test_trained_weights_know_something_already():
    assert said(6.0, weights__coverage=1.0)["state"] == "not_applicable"
    assert said(6.0, resume__from="/runs/1")["state"] == "not_applicable"


def test_waits_for_five_values():
    assert said(6.0, 4)["state"] == "waiting"


def test_not_applicable_without_candidates():
    assert verdict_of(initial_loss, context({"train/loss": [1.0]}))["state"] == "not_applicable"


def test_an_sdm_loss_far_above_chance_offers_a_higher_temperature():
    curves = {"sdm/loss_over_chance": np.full(20, 17.0)}
    verdict = verdict_of(
        initial_loss,
        context(curves, config={"temperature_start": 0.005, "temperature_end": 0.005}),
    )
    assert verdict["causes"][0].startswith("Above: a temperature that is too low")
    assert verdict["patch"] == {"temperature_start": 0.1, "temperature_end": 0.1}
