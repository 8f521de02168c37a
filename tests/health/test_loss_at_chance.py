"""CNV-01: a loss at ln N is found, with evidence enough and for the present N only."""

import math
from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.loss_at_chance import loss_at_chance
from tests.health.given import context, noisy, verdict_of


def said(share, candidates=4, facts=None, curves=None, **config) -> Any:
    share = np.asarray(share, dtype=float)
    counts = np.broadcast_to(np.asarray(candidates, dtype=float), share.shape)
    return verdict_of(
        loss_at_chance,
        context(
            {"train/loss/region": share * np.log(counts), "region/candidates": counts}
            | (curves or {}),
            facts,
            config,
        ),
    )


def test_chance_of_four_and_of_a_full_bank():
    assert math.log(4) == pytest.approx(1.386, abs=5e-4)
    assert math.log(4 + 128) == pytest.approx(4.88, abs=5e-3)


@pytest.mark.parametrize("noise", [0.05, 0.2, 0.4])
def test_speaks_of_a_loss_at_chance(noise):
    verdict = said(noisy(np.full(200, 1.0), noise))
    assert verdict["state"] == "fail"
    assert "of ln 4 = 1.386" in verdict["says"]
    assert verdict["evidence"][0]["level"] == {"value": 1.0, "label": "chance"}


def test_leaves_a_loss_above_chance_to_its_own_rule():
    assert said(noisy(np.full(200, 1.6), 0.1))["state"] == "waiting"


def test_blames_the_precision_when_the_weights_are_bfloat16():
    verdict = said(noisy(np.full(200, 1.0), 0.1), precision="bf16_weights")
    assert verdict["patch"] == {"precision": "fp32"}


def test_twelve_steps_at_chance_are_no_evidence():
    verdict = said(np.full(12, 1.01), facts={"train/warmup_steps": 200})
    assert verdict["state"] == "waiting"
    assert "1.010 of chance (ln 4 = 1.386), but only 12 values" in verdict["says"]
    assert "LR warm-up: 6.0 %" in verdict["says"]


def test_waits_for_the_warm_up_and_fifty_steps():
    facts = {"train/warmup_steps": 200}
    assert said(noisy(np.full(249, 1.0)), facts=facts)["state"] == "waiting"
    assert said(noisy(np.full(280, 1.0)), facts=facts)["state"] == "fail"


def test_silent_while_it_falls_from_chance():
    falling = noisy(np.linspace(1.05, 0.9, 200), 0.05)
    assert said(falling, facts={"train/steps": 1000})["state"] == "waiting"


def test_silent_once_below_chance():
    verdict = said(noisy(np.full(200, 0.4), 0.2), 132)
    assert verdict["state"] == "pass"
    assert verdict["number"]["unit"] == "of chance"


def test_suspended_while_and_just_after_the_bank_fills():
    fill = np.clip((np.arange(1, 111) - 100) * 32, 0, 128)
    share = np.where(fill > 0, 1.3, 0.5)
    verdict = said(share, 4 + fill, curves={"bank/fill": fill})
    assert verdict["state"] == "waiting"
    assert "only 3 values" in verdict["says"]  # full at step 104, suspended to 108


def test_the_logged_share_comes_first():
    curves = {"region/loss_over_chance": noisy(np.full(200, 0.5), 0.1)}
    assert said(np.full(200, 1.0), curves=curves)["state"] == "pass"


def test_one_candidate_is_no_question():
    assert said(np.full(200, 0.0), candidates=1)["state"] == "not_applicable"


def test_not_applicable_without_a_region_loss():
    verdict = verdict_of(loss_at_chance, context({"train/loss": np.ones(300)}))
    assert verdict["state"] == "not_applicable"


def test_reads_the_sdm_loss_where_there_is_no_region_loss():
    curves = {
        "sdm/loss_over_chance": noisy(np.full(150, 1.0), 0.05),
        "sdm/candidates": np.full(150, 26.0),
    }
    verdict = verdict_of(loss_at_chance, context(curves))
    assert verdict["state"] == "fail"
    assert "ln 26 = 3.258" in verdict["says"]


def test_a_fall_that_leaves_it_at_chance_to_the_end_is_no_learning():
    slow = noisy(np.linspace(1.08, 0.98, 150), 0.01)
    assert said(slow, facts={"train/steps": 150})["state"] == "fail"
    assert said(slow, facts={"train/steps": 2000})["state"] != "fail"
