"""CNV-05: a loss that stands still is found, one that learns is left alone."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.loss_not_converging import loss_not_converging
from tests.health.given import context, noisy, verdict_of

STEPS = np.arange(1, 401)
FALLING = 0.2 + np.exp(-STEPS / 60)
FLAT = np.full(400, 0.7)


def said(loss, curves=None, facts=None, **config) -> Any:
    return verdict_of(
        loss_not_converging, context({"train/loss": loss, **(curves or {})}, facts, config)
    )


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.1])
def test_speaks_of_a_loss_that_stands_still(noise):
    verdict = said(noisy(FLAT, noise))
    assert verdict["state"] == "warn"
    assert "stands still" in verdict["says"]
    assert verdict["window"] == [281, 400]
    assert verdict["patch"] == {"learning_rate": pytest.approx(3e-4)}


def test_names_weights_that_hardly_move():
    verdict = said(noisy(FLAT), {"train/update_ratio": np.full(400, 3e-7)})
    assert verdict["causes"][0].startswith("The weights hardly move: update ratio 3e-07")
    assert verdict["patch"] == {"learning_rate": pytest.approx(1e-3)}


def test_the_end_of_a_schedule_is_no_standstill():
    rate = 0.5 * (1 + np.cos(np.pi * STEPS / 400))
    curves = {"train/lr": rate, "train/update_ratio": 2e-4 * rate}
    verdict = said(noisy(FLAT), curves)
    assert "update ratio" not in verdict["causes"][0]


def test_names_weights_that_are_rounded_away():
    verdict = said(noisy(FLAT), precision="bf16_weights")
    assert verdict["patch"] == {"precision": "fp32"}


def test_leaves_a_loss_that_rises_to_diverging():
    loss = np.concatenate([FALLING[:200], np.linspace(0.2, 3, 200)])
    assert said(noisy(loss, 0.1))["state"] in ("pass", "warn")


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.25])
@pytest.mark.parametrize("ar", [0.0, 0.5, 0.8])
def test_silent_while_the_loss_falls(noise, ar):
    assert said(noisy(FALLING, noise, ar))["state"] == "pass"


def test_silent_on_a_plateau_that_was_reached():
    loss = np.concatenate([FALLING[:150], np.full(250, FALLING[149])])
    assert said(noisy(loss, 0.05))["state"] == "pass"


def test_silent_of_a_loss_around_nothing():
    rng = np.random.default_rng(0)
    assert said(FALLING - 0.2 + 1e-3 * rng.random(400))["state"] == "pass"


def test_silent_of_a_rise_that_a_filling_bank_makes():
    fill = np.clip((STEPS - 200) * 40, 0, 128)
    loss = FALLING * np.log(5 + fill)
    curves = {"bank/fill": fill, "region/candidates": 5 + fill}
    assert said(noisy(loss, 0.1), curves)["state"] == "pass"


def test_silent_of_a_run_that_had_learnt_before_its_bank_filled():
    fill = np.clip((STEPS - 250) * 40, 0, 128)
    loss = (0.2 + np.exp(-STEPS / 30)) * np.log(5 + fill)
    assert said(noisy(loss, 0.1), {"bank/fill": fill})["state"] == "pass"


def test_waits_for_enough_values_after_warm_up():
    facts = {"train/warmup_steps": 200}
    verdict = verdict_of(
        loss_not_converging, context({"train/loss": noisy(FLAT[:260])}, facts, over=True)
    )
    assert verdict["state"] == "waiting"
    assert verdict["says"].startswith("The run ended with 61 of 120 values (after 200 steps")


def test_twelve_steps_are_no_evidence():
    assert said(noisy(np.full(12, 1.386)))["state"] == "waiting"


def test_a_clear_fall_shows_early():
    assert said(noisy(FALLING[:70], 0.1))["state"] == "pass"


def test_leaves_a_broken_loss_to_non_finite_loss():
    assert said(np.full(400, np.nan))["state"] == "waiting"


def test_speaks_of_a_loss_that_the_first_steps_threw_up_and_that_came_back():
    loss = np.r_[
        np.full(5, 0.83), np.linspace(2.7, 0.85, 45), noisy(np.full(150, 0.86), 0.05, seed=1)
    ]
    assert said(loss)["state"] == "warn"


def test_only_remarks_where_trained_weights_have_nothing_left_to_learn():
    verdict = said(noisy(FLAT, 0.05), facts={"weights/coverage": 1.0})
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
