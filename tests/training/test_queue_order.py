"""The queue: places, another order, and who changed it."""

import datetime as dt

import pytest
from django.utils.timezone import now

from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.training import queue
from dashboard.training.launching import launch
from dashboard.training.machines import forget, machines
from dashboard.training.models import Heartbeat, PriorityChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(db):
    return [launch("rehearsal", name=name, seed=0) for name in ("a", "b", "c")]


def names():
    return [run.name for run in queue.queued()]


def beats(name, *slots, ago=0, **detail):
    seen = now() - dt.timedelta(seconds=ago)
    Heartbeat.objects.create(
        kind="worker", name=name, seen_at=seen, detail={"slots": list(slots), **detail}
    )


def test_the_order_is_that_of_the_claims(runs):
    Run.objects.filter(name="c").update(priority=1)
    assert names() == ["c", "a", "b"]
    claimed = lifecycle.claim("h", "cpu:0")
    assert claimed is not None
    assert claimed.name == "c"


def test_a_move_is_noted_with_its_author(runs):
    assert queue.move(runs[2], "top", "lin")
    assert names() == ["c", "a", "b"]
    [change] = PriorityChange.objects.all()
    assert (change.run, change.by, change.before, change.after) == (runs[2], "lin", 0, 1)


def test_a_move_is_seen_by_the_runs_pages(runs):
    queue.move(runs[1], "up", "lin")
    assert Run.objects.get(name="b").version > runs[1].version


def test_a_priority_that_is_there_already_is_no_change(runs):
    assert not queue.set_priority(runs[0], 0, "lin")
    assert queue.set_priority(runs[0], -3, "lin")
    assert names() == ["b", "c", "a"]
    assert PriorityChange.objects.count() == 1


def test_a_run_that_was_claimed_meanwhile_keeps_its_priority(runs):
    lifecycle.claim("h", "cpu:0")
    assert not queue.move(runs[0], "down", "lin")
    assert not queue.set_priority(runs[0], 9, "lin")
    assert Run.objects.get(name="a").priority == 0


def test_there_is_nothing_above_the_highest_priority(runs):
    Run.objects.filter(name="a").update(priority=queue.HIGHEST)
    with pytest.raises(queue.OutOfRange, match="1001"):
        queue.move(runs[1], "top", "lin")
    assert names() == ["a", "b", "c"]


def test_a_place_says_why(runs):
    place = queue.place(runs[1])
    assert place is not None
    assert (place.place, place.of, place.reason.why) == (2, 3, "no_worker")
    beats("h", "cpu:0")
    assert [one.reason.why for one in queue.places().values()] == [
        "starting",
        "no_free_slot",
        "no_free_slot",
    ]


def test_the_run_ahead_is_named(runs):
    beats("h", "gpu:0", "gpu:1")
    lifecycle.claim("h", "gpu:0")
    Run.objects.filter(name="b").update(processes=2)
    place = queue.place(runs[2])
    assert place is not None
    assert place.behind is not None
    assert place.behind.name == "b"


def test_a_run_that_does_not_wait_has_no_place(runs):
    running = lifecycle.claim("h", "cpu:0")
    assert running is not None
    assert queue.place(running) is None


def test_a_machine_shows_what_runs_in_which_slot(runs):
    beats("h", "gpu:0", "gpu:1", readings={"cpu/host": 1.5, "gpu/1/power": 300}, gpus={"1": "H100"})
    run = lifecycle.claim("h", "gpu:1")
    [machine] = machines()
    assert [slot.run for slot in machine.slots] == [None, run]
    assert machine.slots[1].gpu == "H100"
    assert machine.slots[1].readings == {"power": 300.0}
    assert machine.busy == 1


def test_a_silent_host_gives_no_slots_and_can_be_forgotten(runs):
    beats("h", "cpu:0", ago=60)
    place = queue.place(runs[0])
    assert place is not None
    assert place.reason.why == "no_worker"
    assert forget("h")
    assert machines() == []


def test_a_host_at_work_is_not_forgotten(runs):
    beats("h", "cpu:0")
    assert not forget("h")


def test_runs_tell_of_a_host_that_nobody_has_seen(runs):
    run = lifecycle.claim("ghost", "gpu:7")
    [machine] = machines()
    assert (machine.name, machine.seen_at, machine.others) == ("ghost", None, (run,))


def test_what_a_worker_tells_wrongly_is_left_out(runs):
    beats("h", readings={"cpu/host": "many", "memory/host": True}, gpus=[1], slots="gpu:0")
    [machine] = machines()
    assert (machine.slots, machine.readings) == ((), {})
