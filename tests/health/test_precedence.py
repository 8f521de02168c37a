"""What is read first: the worst, and of equally bad verdicts what explains the others."""

import pytest

from dashboard.health.precedence import EXPLAINS, ORDER, explained, worst_first


def told(*rules, state="fail", **more):
    return [{"rule": rule, "state": state, **more} for rule in rules]


def names(verdicts):
    return [verdict["rule"] for verdict in verdicts]


@pytest.mark.parametrize(("rule", "others"), EXPLAINS.items())
def test_what_explains_comes_before_what_it_explains(rule, others):
    assert rule in ORDER
    assert all(ORDER.index(rule) < ORDER.index(other) for other in others)


def test_a_worse_verdict_comes_before_one_that_explains_more():
    mixed = [*told("box_units", state="warn"), *told("cache_hits")]
    assert names(worst_first(mixed)) == ["cache_hits", "box_units"]


def test_boxes_in_two_units_come_before_all_that_they_spoil():
    bad = told("cache_hits", "diverging", "clip_before_unscale", "box_units")
    assert names(worst_first(bad))[0] == "box_units"


def test_invalid_boxes_come_before_the_zeros_that_they_make():
    assert names(worst_first(told("zero_norm_regions", "invalid_boxes"))) == [
        "invalid_boxes",
        "zero_norm_regions",
    ]


def test_wrong_targets_come_before_the_negative_loss_and_the_collapse():
    bad = told("loss_below_bound", "collapse", "missing_modality", "target_rows")
    assert set(names(worst_first(bad))[:2]) == {"missing_modality", "target_rows"}


def test_a_remark_comes_before_what_only_passes():
    mixed = [*told("box_units", state="pass"), *told("slow_start", state="pass", remark={})]
    mixed[1]["remark"] = {"text": "does not count", "values": {}}
    assert names(worst_first(mixed)) == ["slow_start", "box_units"]


def test_a_rule_that_is_no_more_comes_last_of_its_state():
    assert names(worst_first(told("retired", "stall"))) == ["stall", "retired"]


def test_only_what_stands_against_the_run_is_explained():
    mixed = [
        *told("invalid_boxes", "zero_norm_regions"),
        *told("loss_not_converging", state="pass"),
    ]
    assert {rule: names(others) for rule, others in explained(mixed).items()} == {
        "invalid_boxes": ["zero_norm_regions"],
        "zero_norm_regions": [],
    }
