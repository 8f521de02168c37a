"""Batches made ahead of time are the same ones, and fail when they are asked for."""

import threading
import time

import pytest

from trainers.data.ahead import Ahead
from trainers.errors import BadInput


def test_every_number_gets_its_own_batch_in_any_order():
    batches = Ahead(lambda number: number * 10)
    assert [batches[n] for n in (0, 1, 2, 7, 8, 3)] == [0, 10, 20, 70, 80, 30]


def test_what_comes_next_is_made_while_nobody_asks():
    made: list[int] = []
    batches = Ahead(lambda number: made.append(number) or number, stride=2)  # type: ignore[func-returns-value]
    batches[1]
    until = time.monotonic() + 10
    while len(made) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    assert made == [1, 3, 5]
    batches[3]
    assert made.count(3) == 1


def test_what_goes_wrong_is_raised_when_it_is_asked_for():
    def make(number):
        if number == 1:
            raise BadInput("record 7: there is no file")
        return number

    batches = Ahead(make)
    assert batches[0] == 0
    with pytest.raises(BadInput, match="record 7"):
        batches[1]
    assert batches[2] == 2


def test_nothing_runs_before_the_first_batch_is_asked_for():
    before = threading.active_count()
    Ahead(lambda number: number)
    assert threading.active_count() == before
