"""CNV-11: what was declared for a metric, against what it reached."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.judging import judge
from dashboard.health.overrides import Overrides
from dashboard.health.rules.metric_targets import metric_targets
from tests.health.given import context, noisy, verdict_of
from trainers.targets import Target

LOSS = "train/loss < 1.0 at 50"


def said(values, asked=LOSS, name="train/loss", **more) -> Any:
    curves = {"train/lr": [1e-3] * 100, name: values}
    return verdict_of(metric_targets, context(curves, config={"targets": asked}, **more))


def test_reached_when_the_interval_lies_beyond_the_target():
    verdict = said(noisy(np.full(100, 0.7)))
    assert verdict["state"] == "pass"
    assert verdict["remark"] is None
    assert verdict["says"].startswith("Every target that is due is reached, 1 of them:")


def test_missed_when_it_lies_short_of_it():
    verdict = said(noisy(np.full(100, 1.4)))
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"].startswith("Missed: train/loss < 1 was due at step 50; it is 1.4")
    assert verdict["number"]["low"] > 1
    assert verdict["evidence"][0]["level"]["value"] == 1.0


def test_undecided_while_the_interval_holds_the_target():
    verdict = said(noisy(np.full(100, 1.0), sd=0.5))
    assert verdict["state"] == "waiting"
    assert "is undecided" in verdict["says"]


def test_not_missed_where_the_slope_leads_to_the_next_one():
    targets = f"{LOSS}; train/loss < 0.5 at 200"
    falling = 2.2 - 0.011 * np.arange(100)
    assert said(noisy(falling, sd=0.01), targets)["state"] == "waiting"
    assert said(noisy(np.full(100, 1.3), sd=0.01), targets)["held_back"] == "warn"


def test_the_newest_that_is_due_is_judged():
    targets = f"{LOSS}; train/loss < 0.5 at 90"
    assert "train/loss < 0.5 was due at step 90" in said(noisy(np.full(100, 0.8)), targets)["says"]


def test_waits_for_the_step_and_for_enough_values():
    early = said(np.full(20, 2.0), "train/loss < 1 at 500")
    assert early["says"] == (
        "The first target, train/loss < 1, is due at step 500; this is step 100."
    )
    assert said([2.0, 2.0])["says"] == "train/loss < 1 is due, but 2 of 20 values of it are there."


def test_values_among_other_candidates_do_not_count():
    """When the bank fills, chance rises and the loss with it: nothing is missed by that."""
    loss = np.concatenate([np.full(80, 0.5), np.full(20, 3.0)])
    curves = {"train/loss": loss, "region/candidates": np.repeat([5.0, 133.0], [80, 20])}
    config = {"targets": "train/loss < 1.0 at 50"}
    assert verdict_of(metric_targets, context(curves, config=config))["held_back"] == "warn"
    short = {**curves, "region/candidates": np.repeat([5.0, 133.0], [90, 10])}
    assert verdict_of(metric_targets, context(short, config=config))["state"] == "waiting"


def test_a_held_out_metric_is_judged_by_its_newest_value():
    target = "eval/map > 0.3 at 60"
    scores = np.linspace(0, 0.4, 80)
    assert said(scores, target, "eval/map")["state"] == "pass"
    assert said(0.5 * scores, target, "eval/map")["held_back"] == "warn"


def test_one_held_out_value_may_miss_until_the_next():
    one = context(
        {"train/loss": [1.0] * 60, "eval/map": [0.1] * 60},
        config={"targets": "eval/map > 0.3 at 60"},
    )
    assert verdict_of(metric_targets, one)["state"] == "waiting"


def test_what_the_trainer_declares_counts_as_well():
    targets = (Target("train/loss", 50, 1.0),)
    assert said(noisy(np.full(100, 1.4)), "", targets=targets)["held_back"] == "warn"


@pytest.mark.parametrize("text", ["train/loss", "train/loss < at 5", "train/loss < nan at 5"])
def test_a_text_that_is_no_target_is_told(text):
    verdict = said([1.0], text)
    assert verdict["state"] == "not_applicable"
    assert "train/loss < 1.0 at 50" in verdict["says"]  # how to write it


def test_not_applicable_where_nothing_is_declared():
    assert said([1.0] * 100, "")["state"] == "not_applicable"


def test_a_projects_targets_are_judged_and_go_before_the_trainers():
    curves = {"train/lr": [1e-3] * 100, "train/loss": noisy(np.full(100, 0.8))}
    seen = context(curves, targets=(Target("train/loss", 50, 0.1),))
    project = Overrides(1, targets=(Target("train/loss", 50, 1.0),))
    [verdict] = judge(seen, [metric_targets], project)
    assert verdict["says"]["values"]["count"] == 1
    assert verdict["state"] == "pass"
    assert not verdict["held_back"]


def test_a_runs_own_targets_hold_for_their_metrics_alone():
    curves = {
        "train/lr": [1e-3] * 100,
        "train/loss": noisy(np.full(100, 1.4)),
        "eval/loss": [0.4] * 100,
    }
    seen = context(curves, config={"targets": "train/loss < 2 at 50"})
    project = (Target("train/loss", 50, 1.0), Target("eval/loss", 90, 0.5))
    [verdict] = judge(seen, [metric_targets], Overrides(1, targets=project))
    assert (verdict["state"], verdict["held_back"]) == ("pass", None)
    assert verdict["says"]["values"]["count"] == 2
