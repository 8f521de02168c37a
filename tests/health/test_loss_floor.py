"""CNV-04: the least loss that a scale allows, and whether it is what holds the loss."""

import math
from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.loss_floor import floor, loss_floor
from tests.health.given import context, noisy, verdict_of


def region(loss, scale, candidates, **config) -> Any:
    count = len(loss)
    curves = {
        "train/loss/region": loss,
        "region/logit_scale": np.full(count, math.log(scale)),
        "region/candidates": np.full(count, float(candidates)),
    }
    return verdict_of(loss_floor, context(curves, config=config))


def sdm(loss, temperature, candidates=64.0, positives=1.0, objective="forward_kl", **config) -> Any:
    count = len(loss)
    curves = {
        "sdm/text/loss": loss,
        "sdm/temperature": np.full(count, temperature),
        "sdm/candidates": np.full(count, candidates),
        "sdm/positives": np.full(count, positives),
    }
    return verdict_of(loss_floor, context(curves, {"sdm/objective": objective}, config))


@pytest.mark.parametrize(
    ("scale", "candidates", "least"),
    [(5, 64, 0.331), (14.28, 132, 7.4e-5), (14.24, 4, 1.7e-8), (14.28, 4, 1.6e-8)],
)
def test_the_floors_of_the_reports(scale, candidates, least):
    assert floor(scale, candidates) == pytest.approx(least, rel=0.05)


def test_several_right_candidates_are_fewer_kinds():
    assert floor(5, 64, 2) == pytest.approx(math.log(1 + 31 * math.exp(-5 * 32 / 31)))
    assert floor(5, 4, 4) == 0


def test_speaks_of_a_temperature_of_a_fifth():
    verdict = sdm(noisy(np.full(120, 0.4), 0.02), 0.2, temperature_start=0.2, temperature_end=0.2)
    assert verdict["state"] == "warn"
    assert "cannot fall below 0.331" in verdict["says"]
    assert verdict["patch"] == {"temperature_start": 0.1, "temperature_end": 0.1}


def test_a_scale_of_14_does_not_hold_a_loss_at_14():
    verdict = region(noisy(np.full(120, 1.4)), 14.24, 4)
    assert verdict["state"] == "pass"
    assert verdict["says"].startswith("The scale allows a loss of 1.7e-08")


def test_silent_of_a_floor_that_is_small_beside_the_loss():
    assert sdm(np.full(120, 2.0), 0.2)["state"] == "pass"
    assert sdm(np.full(120, 0.05), 0.15)["state"] == "pass"


def test_the_reverse_divergence_has_another_floor():
    assert sdm(np.full(120, 0.4), 0.2, objective="reverse_kl")["state"] == "not_applicable"


def test_waits_for_a_hundred_values():
    assert sdm(np.full(99, 0.4), 0.2)["state"] == "waiting"


def test_not_applicable_without_a_scale():
    assert verdict_of(loss_floor, context({"train/loss": [1.0]}))["state"] == "not_applicable"
