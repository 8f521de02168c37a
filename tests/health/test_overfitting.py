"""CNV-08: a held-out loss that rises while training goes on."""

from typing import Any

import numpy as np

from dashboard.health.rule import Context
from dashboard.health.rules.overfitting import overfitting
from dashboard.metrics.series import Series
from tests.health.given import verdict_of

STEPS = np.arange(1, 1001)
EVALUATED = np.arange(50, 1001, 50)
TRAIN = 0.1 + np.exp(-STEPS / 200)


def said(held_out, train=TRAIN, name="eval/loss", trained="train/loss", **config) -> Any:
    held_out = np.asarray(held_out, dtype=float)
    curves = {
        name: Series.of(EVALUATED[: len(held_out)], held_out),
        trained: Series.of(STEPS, train),
    }
    return verdict_of(overfitting, Context(curves, config=config))


def rising(slope=0.06) -> Any:
    return 0.5 + 0.3 * np.exp(-EVALUATED / 100) + slope * np.clip(np.arange(20) - 8, 0, None)


def test_speaks_of_a_held_out_loss_that_rises():
    verdict = said(rising(), stop_patience=0)
    assert verdict["state"] == "warn"
    assert verdict["patch"] == {"stop_patience": 4}
    assert verdict["evidence"][0]["steps"][0] == verdict["since_step"]


def test_knows_the_trainers_own_names():
    verdict = said(rising(), name="eval/region_loss", trained="train/loss/region")
    assert verdict["state"] == "warn"


def test_silent_where_training_stopped_falling_too():
    assert said(rising(), np.concatenate([TRAIN[:400], TRAIN[:400][::-1], TRAIN[:200]]))[
        "state"
    ] == ("pass")


def test_silent_of_a_noisy_plateau():
    noise = 0.02 * np.random.default_rng(0).normal(size=20)
    assert said(0.5 + noise)["state"] == "pass"
    assert said(rising(0.005))["state"] == "pass"


def test_waits_for_eight_evaluations():
    assert said(rising(0.3)[:7])["state"] == "waiting"


def test_not_applicable_without_a_pair():
    curves = {"eval/loss": Series.of(EVALUATED, rising())}
    assert verdict_of(overfitting, Context(curves))["state"] == "not_applicable"


def test_speaks_of_a_training_set_that_is_learnt_by_heart_without_a_rise():
    flat = np.r_[np.linspace(2, 0.5, 6), np.full(14, 0.52)]
    verdict = said(flat, train=np.exp(-STEPS / 100))
    assert verdict["state"] == "warn"
    assert "none of 14 evaluations since was better" in verdict["says"]


def test_silent_where_the_training_loss_is_flat_as_well():
    flat = np.r_[np.linspace(2, 0.5, 6), np.full(14, 0.52)]
    assert said(flat, train=0.4 + np.exp(-STEPS / 100))["state"] == "pass"
