"""Another order of the queue, by the fewest priorities."""

import random
from typing import get_args

import pytest

from dashboard.training.ordering import Move, Waiting, moved


def queue(*priorities):
    """Runs a, b, c … in the order of their age, with these priorities."""
    runs = [Waiting(chr(97 + age), priority, age) for age, priority in enumerate(priorities)]
    return in_order(runs)


def in_order(runs):
    return sorted(runs, key=lambda one: (-one.priority, one.arrived))


def after(runs, changes):
    changed = [Waiting(o.run, changes.get(o.run, o.priority), o.arrived) for o in runs]
    return "".join(one.run for one in in_order(changed))


def test_up_over_one_of_the_same_priority():
    assert moved(queue(0, 0, 0), "b", "up") == {"b": 1}


def test_up_lifts_those_ahead_that_would_be_overtaken():
    assert moved(queue(0, 0, 0), "c", "up") == {"c": 1, "a": 1}


def test_an_older_run_needs_no_more_than_the_same_priority():
    runs = queue(0, 5)  # b is ahead of the older a
    assert moved(runs, "a", "up") == {"a": 5}


def test_to_the_top_changes_one_run():
    assert moved(queue(0, 0, 7), "b", "top") == {"b": 7}
    assert moved(queue(7, 0, 0), "c", "top") == {"c": 8}


def test_down_lowers_the_run_itself():
    assert moved(queue(0, 0), "a", "down") == {"a": -1}


@pytest.mark.parametrize(("run", "move"), [("a", "up"), ("a", "top"), ("c", "down")])
def test_at_the_end_nothing_changes(run, move):
    assert moved(queue(0, 0, 0), run, move) == {}


def test_any_move_in_any_queue_moves_that_run_alone():
    chance = random.Random(4)
    for _ in range(500):
        runs = queue(*(chance.randint(-2, 2) for _ in range(chance.randint(2, 7))))
        order = [one.run for one in runs]
        place, move = chance.randrange(len(order)), chance.choice(get_args(Move))
        target = {"up": max(place - 1, 0), "down": min(place + 1, len(order) - 1), "top": 0}[move]
        wanted = order[:place] + order[place + 1 :]
        wanted.insert(target, order[place])
        assert after(runs, moved(runs, order[place], move)) == "".join(wanted)
