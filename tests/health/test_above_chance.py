"""CNV-02: a loss above what guessing gives."""

from typing import Any

import numpy as np

from dashboard.health.rules.above_chance import above_chance
from tests.health.given import context, noisy, verdict_of


def said(share, candidates=4, curves=None, facts=None, **config) -> Any:
    share = np.asarray(share, dtype=float)
    given = {
        "region/loss_over_chance": share,
        "region/candidates": np.full(len(share), float(candidates)),
        **(curves or {}),
    }
    return verdict_of(above_chance, context(given, facts, config))


def test_speaks_of_a_loss_above_chance():
    verdict = said(noisy(np.full(200, 1.6), 0.1), logit_scale_source="value")
    assert verdict["state"] == "fail"
    assert "confidently wrong" in verdict["says"]
    assert verdict["expected"] == "At most chance, ln N = 1.386."
    assert verdict["patch"] == {"logit_scale_source": "checkpoint"}


def test_reads_the_sdm_loss_too():
    curves = {"sdm/loss_over_chance": np.full(150, 1.5)}
    assert verdict_of(above_chance, context(curves))["state"] == "fail"


def test_silent_of_a_loss_at_chance_and_below():
    assert said(noisy(np.full(200, 1.0), 0.2))["state"] == "pass"
    assert said(noisy(np.full(200, 0.4), 0.2))["state"] == "pass"


def test_silent_while_it_comes_down():
    assert said(noisy(np.linspace(3, 1.3, 150), 0.05))["state"] == "pass"


def test_silent_where_the_mean_is_not_certain():
    assert said(noisy(np.full(200, 1.35), 0.9, 0.8))["state"] == "pass"


def test_suspended_while_and_just_after_the_bank_fills():
    fill = np.clip((np.arange(1, 151) - 100) * 8, 0, 128)
    assert said(np.where(fill > 0, 1.6, 0.5), curves={"bank/fill": fill})["state"] == "waiting"


def test_waits_for_step_100():
    assert said(np.full(99, 2.0))["state"] == "waiting"
    assert said(np.full(100, 2.0))["state"] == "fail"


def test_not_applicable_without_a_contrastive_loss():
    assert verdict_of(above_chance, context({"train/loss": [1.0]}))["state"] == "not_applicable"
