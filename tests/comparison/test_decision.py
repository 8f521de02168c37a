"""Which design is tested how, and when a sample may say something at all."""

import numpy as np
import pytest

from dashboard.comparison.decision import (
    ERRORS,
    LEVEL,
    Question,
    Test,
    Verdict,
    chosen,
    decide,
    level_of,
)
from dashboard.comparison.outcome import Sample

HIGHER = Question("eval/recall", higher=True, smallest=0.05)
LOWER = Question("eval/loss", higher=False, smallest=0.05)


def pairs(before, after):
    return Sample(np.array(before, float), np.array(after, float), paired=True)


def arms(before, after):
    return Sample(np.array(before, float), np.array(after, float), paired=False)


def test_a_clear_gain_of_pairs_is_an_improvement():
    found = decide(pairs([0.5, 0.6, 0.4], [0.71, 0.79, 0.62]), HIGHER)
    assert (found.verdict, found.test) == (Verdict.IMPROVED, Test.PAIRED)


def test_the_same_numbers_of_a_loss_are_worse():
    assert decide(pairs([0.5, 0.6, 0.4], [0.71, 0.79, 0.62]), LOWER).verdict == Verdict.WORSE


def test_unpaired_arms_are_compared_by_welch():
    found = decide(arms([0.5, 0.6, 0.4], [0.7, 0.8, 0.6]), HIGHER)
    assert found.test == Test.WELCH
    assert found.verdict == Verdict.NOT_ENOUGH


def test_a_certain_effect_that_is_too_small_to_matter_is_no_difference():
    found = decide(pairs([0.5, 0.6, 0.4], [0.511, 0.610, 0.409]), HIGHER)
    assert found.interval is not None
    assert found.interval.excludes_zero
    assert found.verdict == Verdict.NO_DIFFERENCE


def test_without_a_smallest_effect_nothing_is_ever_equal():
    found = decide(pairs([0.5, 0.6, 0.4], [0.501, 0.599, 0.4]), Question("m", higher=True))
    assert found.verdict == Verdict.NOT_ENOUGH


def test_one_run_each_is_no_evidence_however_far_apart():
    found = decide(pairs([0.1], [0.9]), HIGHER)
    assert (found.verdict, found.test) == (Verdict.NOT_ENOUGH, Test.NONE)
    assert found.interval is None
    assert found.effect == pytest.approx(0.8)


def test_an_arm_without_a_number_has_no_effect():
    assert decide(arms([], [0.9, 0.8]), HIGHER).effect is None


@pytest.mark.parametrize(("many", "verdict"), [(5, "not_enough"), (30, "improved")])
def test_one_run_against_many_needs_enough_of_them(many, verdict):
    before = np.sin(np.arange(many))
    found = decide(arms(before, [50.0]), HIGHER)
    assert found.test == Test.ONE_MORE
    assert found.verdict == verdict


def test_many_runs_against_one_are_turned_around():
    one = decide(arms([1.0, 2.0, 3.0], [9.0]), HIGHER).interval
    other = decide(arms([9.0], [1.0, 2.0, 3.0]), HIGHER).interval
    assert one is not None
    assert other is not None
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))


def test_differences_that_are_alike_to_rounding_are_not_certainty():
    found = decide(pairs([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]), HIGHER)
    assert (found.verdict, found.test) == (Verdict.NOT_ENOUGH, Test.EXACT)
    assert found.interval is None


def test_differences_that_are_alike_in_six_pairs_are_counted():
    before = np.arange(6) / 10
    found = decide(pairs(before, before + 0.1), HIGHER)
    assert (found.verdict, found.test) == (Verdict.IMPROVED, Test.EXACT)
    assert found.p == pytest.approx(2 / 64)


def test_identical_runs_do_not_differ():
    assert decide(pairs([0.5, 0.6], [0.5, 0.6]), HIGHER).verdict == Verdict.NO_DIFFERENCE
    assert decide(pairs([0.5], [0.5]), HIGHER).verdict == Verdict.NOT_ENOUGH


def test_arms_without_any_spread_are_counted():
    assert decide(arms([1.0] * 3, [2.0] * 3), HIGHER).verdict == Verdict.NOT_ENOUGH
    assert decide(arms([1.0] * 4, [2.0] * 4), HIGHER).verdict == Verdict.IMPROVED


def test_the_test_does_not_depend_on_the_answer():
    assert chosen(pairs([1, 2], [5, 9])) == chosen(pairs([1, 2], [2, 1])) == Test.PAIRED


def test_later_answers_are_stricter_and_all_together_err_no_more_than_once_in_twenty():
    levels = [level_of(look) for look in range(1, 30)]
    assert levels[0] == LEVEL
    assert levels == sorted(levels)
    assert sum(1 - level for level in levels) <= ERRORS + 1e-9


def test_values_of_any_size_are_compared():
    big = pairs(np.array([1.0, 2.0, 3.0]) * 1e140, np.array([2.0, 4.5, 4.0]) * 1e140)
    assert decide(big, HIGHER).interval is not None
