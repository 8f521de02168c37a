"""The arms by turns: drift favours none."""

import numpy as np

from dashboard.comparison.order import interleaved, seeds_after


def test_the_arms_take_turns_in_going_first():
    order = [arm for arm, _ in interleaved("AB", range(4))]
    assert "".join(order) == "ABBAABBA"


def test_a_machine_that_slows_down_steadily_costs_each_arm_the_same():
    order = interleaved("ABC", range(6))
    when = {arm: np.mean([i for i, one in enumerate(order) if one[0] == arm]) for arm in "ABC"}
    assert len(set(when.values())) == 1


def test_the_runs_of_a_seed_stand_side_by_side():
    order = interleaved("AB", [5, 6, 7])
    assert [seed for _, seed in order] == [5, 5, 6, 6, 7, 7]


def test_new_seeds_are_none_that_were_taken():
    assert seeds_after([0, 2], 3) == [1, 3, 4]
    assert seeds_after([7], 2, first=7) == [8, 9]
