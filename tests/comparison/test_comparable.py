"""A loss of another definition is not compared as a number."""

import pytest

from dashboard.comparison.comparable import Told, comparable_metrics, incomparable
from dashboard.health.wording import tell
from trainers.catalog import BUILT_IN

REGION, NAME = BUILT_IN["region_contrastive"], "region_contrastive"
FOUR = Told([{}], [{"loss/definition": "N = 4"}])
MANY = Told([{}], [{"loss/definition": "N = 132"}])


def why(metric, before, after, name=NAME, trainer=REGION):
    found = incomparable(metric, before, after, name, trainer)
    return found and tell(found)


def test_another_loss_names_the_metrics_that_may_be_compared():
    told = why("train/loss/region", FOUR, MANY)
    assert "(loss/definition N = 4 → N = 132)" in told
    assert "eval/region_recall_at_1, eval/region_loss" in told


def test_a_setting_that_defines_the_loss_is_named():
    small, large = Told([{"bank_size": 0}], [{}]), Told([{"bank_size": 128}], [{}])
    assert "(bank_size 0 → 128)" in why("train/loss/region", small, large)
    assert why("eval/region_recall_at_1", small, large) is None


def test_what_is_measured_on_other_data_is_neither_compared_nor_proposed():
    one, other = Told([{"held_out": "a"}], [{}]), Told([{"held_out": "b"}], [{}])
    told = why("eval/region_recall_at_1", one, other)
    assert "held_out a → b" in told
    assert told.endswith("Comparable: -.")


@pytest.mark.parametrize(
    "metric",
    ["eval/region_loss", "eval/region_recall_at_1", "region/loss_over_chance", "time/step"],
)
def test_what_does_not_depend_on_the_definition_is_compared(metric):
    assert why(metric, FOUR, MANY) is None


def test_the_same_loss_is_compared():
    assert why("train/loss", FOUR, FOUR) is None


def test_a_loss_without_a_definition_is_judged_by_its_candidates():
    one, other = Told([{}], [{}], [4.0, 4.0]), Told([{}], [{}], [132.0])
    assert "4.000 candidates in one arm and 132.000" in why("train/loss/region", one, other)
    assert why("train/loss/region", one, Told([{}], [{}], [4.01])) is None
    assert why("eval/region_recall_at_1", one, other) is None


def test_arms_without_runs_bar_nothing():
    assert why("train/loss", Told([], []), MANY) is None


def test_a_trainer_that_nobody_knows_has_no_other_metric_to_name():
    assert why("train/loss", FOUR, MANY, "mine", None).endswith("Comparable: -.")


@pytest.mark.parametrize("name", ["region_contrastive", "sdm_alignment", "box_refinement"])
def test_every_trainer_has_a_metric_that_another_loss_leaves_comparable(name):
    found = comparable_metrics(BUILT_IN[name])
    assert found
    assert all(why(metric, FOUR, MANY, name, None) is None for metric in found)
