"""CNV-10: a part of the loss that falls at the cost of another; a remark until it is measured."""

from typing import Any

import numpy as np

from dashboard.health.rules.parts_together import parts_together
from tests.health.given import context, noisy, verdict_of

STEPS = np.arange(1, 201)
FALLING = 0.2 + np.exp(-STEPS / 100)


def said(region, whole, curves=None) -> Any:
    given = {"train/loss/region": region, "train/loss/global": whole, **(curves or {})}
    return verdict_of(parts_together, context(given))


def test_remarks_on_a_part_that_rises_while_another_falls():
    verdict = said(noisy(FALLING, 0.05), noisy(0.5 + STEPS / 200, 0.05))
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"].startswith("train/loss/global rose by")
    assert verdict["says"].split("while ")[1].startswith("train/loss/region fell by")


def test_silent_where_they_fall_together():
    assert said(noisy(FALLING, 0.1), noisy(FALLING, 0.1, seed=1))["held_back"] is None


def test_silent_where_one_stays():
    assert said(noisy(FALLING, 0.1), noisy(np.ones(200), 0.1))["held_back"] is None


def test_waits_for_a_hundred_comparable_values():
    curves = {"bank/fill": np.clip((STEPS - 80) * 10, 0, 128)}
    assert said(FALLING, FALLING, curves)["state"] == "waiting"


def test_not_applicable_to_a_single_part():
    verdict = verdict_of(parts_together, context({"train/loss/l1": np.ones(200)}))
    assert verdict["state"] == "not_applicable"
