"""CNV-12: a held-out score that is no better than before the first step."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.baseline import Primary
from dashboard.health.rule import Context
from dashboard.health.rules.score_not_rising import score_not_rising
from dashboard.metrics.series import Series
from tests.health.given import verdict_of

RATIOS = Series.of(np.arange(1, 151), np.full(150, 1e-3))


def said(scores, direction="higher", ratios=RATIOS, facts=None, warmup=10) -> Any:
    steps = np.arange(len(scores)) * 50
    curves = {"eval/iou": Series.of(steps, scores), "train/update_ratio": ratios}
    config = {"learning_rate": 0.1, "warmup_steps": warmup}
    primary = Primary("eval/iou", direction)
    return verdict_of(score_not_rising, Context(curves, facts or {}, config, primary=primary))


def test_no_gain_warns_and_a_loss_fails():
    assert said([0.6, 0.595, 0.6])["state"] == "warn"
    assert said([0.6, 0.1, 0.2])["state"] == "fail"


def test_one_better_evaluation_is_enough_to_be_silent():
    assert said([0.6, 0.5, 0.65, 0.5])["state"] == "pass"


def test_knows_scores_of_which_less_is_better():
    assert said([2.0, 1.5, 1.2], "lower")["state"] == "pass"
    assert said([2.0, 2.0, 2.1], "lower")["state"] == "warn"
    assert said([2.0, 3.0, 3.1], "lower")["state"] == "fail"


def test_names_updates_that_throw_the_weights():
    thrown = Series.of(np.arange(1, 151), np.r_[np.full(10, 0.3), np.full(140, 1e-3)])
    verdict = said([0.6, 0.59, 0.6], ratios=thrown)
    assert verdict["causes"][0].startswith("A learning rate that is too high")
    assert verdict["patch"] == {"learning_rate": 0.01}


@pytest.mark.parametrize("scores", [[0.6], [0.6, 0.6]])
def test_waits_for_two_evaluations_after_the_warm_up(scores):
    assert said(scores)["state"] == "waiting"
    assert said([0.6, 0.6, 0.6], warmup=120)["state"] == "waiting"


def test_does_not_judge_a_run_that_goes_on_from_a_checkpoint():
    assert said([0.6, 0.6, 0.6], facts={"resume/from": "other"})["state"] == "not_applicable"


def test_does_not_judge_a_trainer_that_names_no_score():
    curves = {"eval/iou": Series.of([0, 50, 100], [0.6, 0.6, 0.6])}
    assert verdict_of(score_not_rising, Context(curves))["state"] == "not_applicable"


def test_trained_weights_may_have_nothing_to_gain_but_something_to_lose():
    facts = {"weights/coverage": 1.0}
    assert said([0.6, 0.6, 0.6], facts=facts)["state"] == "pass"
    assert said([0.6, 0.3, 0.2], facts=facts)["state"] == "fail"
