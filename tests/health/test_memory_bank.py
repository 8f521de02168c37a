"""CTR-05: off, pending, filling, full, overdue, stuck and late; in optimizer steps."""

from typing import Any

import numpy as np

from dashboard.health.rules.memory_bank import memory_bank
from tests.health.given import context, verdict_of


def said(fill, warmup=6, size=128, steps=100, config=None, **facts) -> Any:
    stated = {
        "bank/size": size,
        "bank/warmup": warmup,
        "bank/warmup_unit": "steps",
        "train/steps": steps,
        **{name.replace("__", "/"): value for name, value in facts.items()},
    }
    return verdict_of(memory_bank, context({"bank/fill": fill}, stated, config))


def filling(due, steps, per_step=32) -> Any:
    return np.clip((np.arange(1, steps + 1) - due) * per_step, 0, 128)


def test_speaks_of_a_bank_that_half_of_the_run_goes_without():
    verdict = said(
        filling(50, 100),
        400,
        config={"bank_warmup": 400, "bank_warmup_unit": "forwards"},
        bank__warmup_unit="forwards",
        train__accumulation=8,
    )
    assert verdict["state"] == "fail"
    assert verdict["says"] == (
        "Late: the bank is due at step 50 of 100, so 50 % of the run goes without its 128"
        " negatives."
    )
    assert verdict["causes"][0] == (
        "Two units: the warm-up of 400 counts forward passes, of which 8 make one optimizer step:"
        " 50 steps."
    )
    assert verdict["patch"] == {"bank_warmup": 6, "bank_warmup_unit": "steps"}


def test_warns_when_more_than_a_third_goes_without():
    assert said(filling(30, 100), 30)["state"] == "pass"
    assert said(filling(36, 100), 36)["state"] == "warn"


def test_speaks_of_an_overdue_bank():
    assert said(np.zeros(16))["state"] == "waiting"
    verdict = said(np.zeros(17))
    assert verdict["state"] == "fail"
    assert verdict["says"].startswith("Overdue: the bank was due at step 6")


def test_speaks_of_a_bank_that_stopped_growing():
    verdict = said(np.minimum(filling(6, 60), 64))
    assert verdict["state"] == "fail"
    assert verdict["says"] == "Stuck: 64 of 128 entries for the last 20 values."


def test_silent_when_full():
    verdict = said(filling(6, 40))
    assert verdict["state"] == "pass"
    assert verdict["says"] == "Full since step 10: 128 entries."


def test_pending_says_when_in_both_units():
    """12 steps of 8 are 96 forwards, less than 400: not due."""
    verdict = said(
        np.zeros(12), 400, steps=1000, bank__warmup_unit="forwards", train__accumulation=8
    )
    assert verdict["state"] == "waiting"
    assert verdict["says"] == (
        "Pending: due at optimizer step 50 (400 forward passes / 8 a step = 50)."
    )


def test_fifty_forwards_are_six_and_a_quarter_steps():
    verdict = said(np.zeros(3), 50, bank__warmup_unit="forwards", train__accumulation=8)
    assert "due at optimizer step 7 (50 forward passes / 8 a step = 6.25)" in verdict["says"]


def test_filling():
    assert said(filling(6, 8))["says"] == "Filling: 64 of 128 entries."


def test_silent_of_a_trial_of_a_few_steps():
    assert said(filling(2, 8), 2, steps=8)["state"] == "pass"


def test_off_and_absent_are_not_applicable():
    off = said(np.zeros(50), size=0)
    assert (off["state"], off["says"]) == (
        "not_applicable",
        "The memory bank is off: its size is 0.",
    )
    absent = verdict_of(memory_bank, context({"train/loss": [1.0]}))
    assert absent["says"] == "This run has no memory bank."
