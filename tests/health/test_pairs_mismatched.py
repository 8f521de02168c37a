"""CTR-10: regions that are no closer to their own phrases than to others'."""

from typing import Any

import numpy as np

from dashboard.health.rules.pairs_mismatched import pairs_mismatched
from tests.health.given import context, verdict_of


def said(gap, steps=150, chance=1.0, spread=0.3, **more) -> Any:
    """A run whose right pairs are `gap` standard deviations closer, with the scatter of a batch."""
    scatter = np.random.default_rng(0).normal(0, 0.25, steps)
    curves = {
        "region/positive_cosine": 0.1 + spread * (np.broadcast_to(gap, steps) + scatter),
        "region/negative_cosine_mean": np.full(steps, 0.1),
        "region/negative_cosine_std": np.full(steps, spread),
        "region/loss_over_chance": np.full(steps, chance),
    }
    return verdict_of(pairs_mismatched, context(curves, **more))


def test_shuffled_pairs_of_a_trained_model_fail():
    verdict = said(0.0, chance=5.0)
    assert verdict["state"] == "fail"
    assert verdict["causes"][0].startswith("Pairs that do not belong together")
    assert verdict["number"]["high"] < 0.3
    assert verdict["patch"] == {}


def test_fresh_weights_are_blamed_first_where_the_loss_began_at_chance():
    verdict = said(0.0, chance=1.0)
    assert verdict["state"] == "warn"
    assert verdict["causes"][0].startswith("Weights that have not learnt anything yet")


def test_silent_of_right_pairs():
    assert said(1.6)["state"] == "pass"


def test_silent_while_pairs_come_closer():
    assert said(np.linspace(0, 1, 150))["state"] == "pass"


def test_waits_for_the_full_learning_rate():
    assert said(0.0, steps=79)["state"] == "waiting"
    assert said(0.0, config={"warmup_steps": 150})["state"] == "waiting"


def test_leaves_embeddings_that_are_all_alike_to_collapse():
    assert said(0.0, spread=1e-5)["state"] == "waiting"


def test_not_applicable_without_cosines():
    assert verdict_of(pairs_mismatched, context({"train/loss": [1.0]}))["state"] == "not_applicable"


def test_pairs_of_which_some_are_wrong_fail_where_the_weights_knew_better():
    verdict = said(0.7, chance=5.0)
    assert verdict["state"] == "fail"
    assert verdict["causes"][0].startswith("Some of the pairs")
    assert said(0.7, chance=1.0)["state"] == "pass"
