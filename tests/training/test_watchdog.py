"""A worker that no longer hears its broker is noticed, and only such a one."""

import pytest

from dashboard.training import slots, watchdog
from dashboard.training.watchdog import PATIENCE, Watchdog


@pytest.fixture
def dog(monkeypatch, tmp_path):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    monkeypatch.setenv("FIXPOINT_SLOTS", "cpu:0")
    now = [1000.0]
    monkeypatch.setattr("dashboard.training.watchdog.time.monotonic", lambda: now[0])
    waiting = [True]
    monkeypatch.setattr(watchdog, "_wake_ups_wait", lambda: waiting[0])
    dog = Watchdog()

    def after(seconds: float, *, wake_ups: bool = True) -> bool:
        now[0] += seconds
        waiting[0] = wake_ups
        return dog.sees_a_deaf_worker()

    return after


def test_wake_ups_that_wait_while_a_slot_is_free_give_it_away(dog):
    assert not dog(0)
    assert not dog(PATIENCE - 1)
    assert dog(2)


def test_wake_ups_may_wait_while_every_slot_is_busy(dog):
    (slot,) = slots.take_free(slots.names())
    assert not dog(0)
    assert not dog(PATIENCE * 2)
    slot.close()


def test_one_wake_up_that_was_heard_starts_the_clock_anew(dog):
    assert not dog(0)
    assert not dog(PATIENCE - 1, wake_ups=False)
    assert not dog(PATIENCE - 1)
    assert not dog(PATIENCE - 1)


def test_without_redis_nobody_is_deaf():
    assert not Watchdog().sees_a_deaf_worker()
