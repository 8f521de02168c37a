"""A worker offers what is free, gives a run its slots, and wakes another for what is left."""

from __future__ import annotations

import pytest

from dashboard.training import slots, tasks


class Desk:
    """Stands in for the app and for the runner's start."""

    def __init__(self, monkeypatch, processes):
        self.offers, self.started, self.woken = [], [], 0
        self.processes = processes
        monkeypatch.setattr(tasks.client, "claim", self.claim)
        monkeypatch.setattr(tasks, "_start", self.start)
        monkeypatch.setattr(tasks, "_wake_another", self.wake)

    def claim(self, host, free, capacity):
        self.offers.append((free, capacity))
        if not self.processes or self.processes > len(free):
            return None
        return {"id": "a", "processes": self.processes}

    def start(self, claim, held):
        self.started.append([slot.name for slot in held])
        return "runner"

    def wake(self):
        self.woken += 1


@pytest.fixture
def desk(monkeypatch, tmp_path):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    monkeypatch.setenv("FIXPOINT_SLOTS", "gpu:0,gpu:1,gpu:2,cpu:0")
    return lambda processes: Desk(monkeypatch, processes)


def test_a_run_gets_the_first_of_the_free_slots_and_another_is_woken_for_the_rest(desk):
    told = desk(2)
    assert tasks._start_next() == ({"id": "a", "processes": 2}, "runner")
    assert told.offers == [(["gpu:0", "gpu:1", "gpu:2"], 3)]
    assert told.started == [["gpu:0", "gpu:1"]]
    assert told.woken == 1
    assert len(slots.take_free(slots.names())) == 4  # nothing is held on to here


def test_busy_slots_are_not_offered_but_counted(desk):
    (busy,) = slots.take_free(["gpu:1"])
    told = desk(2)
    tasks._start_next()
    assert told.offers == [(["gpu:0", "gpu:2"], 3)]
    assert told.woken == 0
    busy.close()


def test_slots_of_another_kind_are_offered_next(desk):
    told = desk(0)
    assert tasks._start_next() is None
    assert told.offers == [(["gpu:0", "gpu:1", "gpu:2"], 3), (["cpu:0"], 1)]
    assert told.started == []
