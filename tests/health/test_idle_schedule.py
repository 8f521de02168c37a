"""REP-05: a schedule that does nothing."""

from typing import Any

import numpy as np

from dashboard.health.rules.idle_schedule import idle_schedule
from tests.health.given import context, verdict_of

MOVES = {"temperature_start": 0.2, "temperature_end": 0.18}


def said(curves, **config) -> Any:
    return verdict_of(idle_schedule, context(curves, config={"steps": 100, **config}))


def test_speaks_of_an_adaptive_temperature_that_is_a_constant():
    """The norm of normalised features is 1. Row 23"""
    verdict = said({"sdm/temperature": np.full(100, 0.2)}, **MOVES)
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"] == (
        "sdm/temperature is 0.2 at each of 100 values, though a schedule is configured."
    )


def test_silent_where_it_moves_late():
    temperature = np.concatenate([np.full(90, 0.2), np.full(10, 0.19)])
    assert said({"sdm/temperature": temperature}, **MOVES)["remark"] is None


def test_speaks_of_a_learning_rate_that_never_warms_up():
    assert said({"train/lr": np.full(100, 1e-3)}, warmup_steps=10)["held_back"] == "warn"


def test_a_constant_that_is_meant_is_no_schedule():
    curves = {"train/lr": np.full(100, 1e-3), "sdm/temperature": np.full(100, 0.2)}
    verdict = said(curves, schedule="constant", temperature_start=0.2, temperature_end=0.2)
    assert verdict["state"] == "not_applicable"


def test_waits_for_half_of_the_run():
    verdict = said({"sdm/temperature": np.full(60, 0.2)}, **{**MOVES, "steps": 500})
    assert verdict["state"] == "waiting"
