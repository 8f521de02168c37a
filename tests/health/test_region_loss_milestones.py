"""CNV-03: milestones on loss / ln N, judged by the mean of at least 20 values."""

import math
from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.region_loss_milestones import MILESTONES, region_loss_milestones
from tests.health.given import context, noisy, verdict_of


def said(share, facts=None, **config) -> Any:
    return verdict_of(
        region_loss_milestones, context({"region/loss_over_chance": share}, facts, config)
    )


def test_the_milestones_are_those_of_four_candidates():
    shares = [target / math.log(4) for target in (1.0, 0.7, 0.5)]
    assert [share.default for _step, share in MILESTONES] == pytest.approx(shares, abs=6e-3)


def test_speaks_of_a_milestone_that_was_missed():
    verdict = said(noisy(np.full(120, 0.81), 0.05), precision="bf16_weights")
    assert verdict["state"] == "warn"
    assert "where 0.720 was due at step 50" in verdict["says"]
    assert verdict["patch"] == {"precision": "fp32"}


def test_counts_from_the_end_of_the_warm_up():
    facts = {"train/warmup_steps": 100}
    assert said(noisy(np.full(120, 0.81), 0.05), facts)["state"] == "waiting"


def test_silent_where_it_was_reached():
    assert said(noisy(np.full(120, 0.5), 0.2))["state"] == "pass"


def test_silent_on_the_way_to_the_next_one():
    share = np.linspace(1.0, 0.75, 60)
    assert said(noisy(share, 0.02))["state"] == "waiting"


def test_silent_where_noise_leaves_it_open():
    assert said(noisy(np.full(60, 0.72), 0.5))["state"] == "waiting"


def test_silent_before_the_first_one():
    verdict = said(noisy(np.full(30, 0.9), 0.1))
    assert verdict["state"] == "waiting"
    assert "the first milestone, 0.720, is due at step 50" in verdict["says"]


def test_not_applicable_without_a_region_loss():
    verdict = verdict_of(region_loss_milestones, context({"train/loss": np.ones(300)}))
    assert verdict["state"] == "not_applicable"
