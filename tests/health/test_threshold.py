"""Thresholds: what a rule declares of them, what may be chosen in their place, and what it does."""

import numpy as np
import pytest

from dashboard.health.judging import judge
from dashboard.health.overrides import Overrides
from dashboard.health.rule import Threshold
from dashboard.health.rules import RULES
from dashboard.health.rules.invalid_boxes import invalid_boxes
from dashboard.health.threshold import Threshold as Declared
from tests.health.given import context

ENOUGH = Threshold("enough", 20, low=1, high=100, says="Values")
SHARE = Threshold("share", 0.1, low=0, high=1, says="Share")

BOXES = {"region/boxes": np.full(100, 10.0), "region/boxes_invalid": np.full(100, 0.05)}


def boxes(**chosen):
    overrides = Overrides(3, {"invalid_boxes": chosen})
    [verdict] = judge(context(BOXES), [invalid_boxes], overrides)
    return verdict


@pytest.mark.parametrize("value", [0, 101, -1, 1.0, 20.5, True, "20", None, float("nan")])
def test_a_count_is_a_whole_number_within_its_range(value):
    assert not ENOUGH.allows(value)
    assert all(ENOUGH.allows(value) for value in (1, 20, 100))


@pytest.mark.parametrize("value", [-0.01, 1.01, True, "0.1", None, float("nan"), float("inf")])
def test_a_share_is_a_number_within_its_range(value):
    assert not SHARE.allows(value)
    assert all(SHARE.allows(value) for value in (0, 0.0, 0.5, 1))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_default_is_a_possible_value_and_no_name_stands_twice(rule):
    assert all(threshold.allows(threshold.default) for threshold in rule.thresholds)
    assert len({threshold.name for threshold in rule.thresholds}) == len(rule.thresholds)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_threshold_that_is_read_is_declared(rule):
    read = {value for value in rule.examine.__globals__.values() if isinstance(value, Declared)}
    assert read == set(rule.thresholds)


def test_a_verdict_keeps_the_thresholds_that_it_was_judged_by():
    verdict = boxes()
    assert verdict["thresholds"] == {"enough": 500, "warn_share": 0.001, "fail_share": 0.01}
    assert verdict["overridden"] is None


def test_a_chosen_threshold_is_in_force_and_said_with_its_version_and_the_default():
    assert boxes()["state"] == "warn"
    verdict = boxes(fail_share=0.0015)
    assert verdict["state"] == "fail"
    assert verdict["thresholds"]["fail_share"] == 0.0015
    assert verdict["overridden"] == {"version": 3, "defaults": {"fail_share": 0.01}}


def test_a_text_quotes_the_threshold_in_force():
    verdict = boxes(enough=5000)
    assert (verdict["state"], verdict["says"]["values"]["enough"]) == ("waiting", 5000)


def test_the_default_chosen_is_nothing_chosen():
    assert boxes(fail_share=0.01)["overridden"] is None


def test_what_no_rule_has_any_more_or_cannot_be_is_ignored_and_named():
    kept: dict[str, dict[str, float]] = {
        "invalid_boxes": {"gone": 1, "enough": 0, "warn_share": 0.1},
        "no_rule": {"x": 1},
    }
    overrides = Overrides(1, kept)
    assert overrides.of(invalid_boxes) == {"warn_share": 0.1}
    assert overrides.ignored(RULES) == [
        ("invalid_boxes", "gone", 1),
        ("invalid_boxes", "enough", 0),
        ("no_rule", "x", 1),
    ]


def test_a_rule_sees_no_other_rules_thresholds():
    overrides = Overrides(1, {"zero_norm_regions": {"fail_share": 0.5}})
    [verdict] = judge(context(BOXES), [invalid_boxes], overrides)
    assert verdict["thresholds"]["fail_share"] == 0.01
