"""How a run moves, and who wins when two try."""

import datetime as dt

import pytest
from django.utils.timezone import now

from dashboard.runs import lifecycle
from dashboard.runs.models import Run, Status
from dashboard.training.launching import launch

pytestmark = pytest.mark.django_db


def claimed() -> Run:
    run = lifecycle.claim("here", "cpu:0")
    assert run is not None
    return run


def test_a_claim_takes_the_queued_run_with_the_highest_priority(run):
    urgent = launch("rehearsal", priority=5)
    assert claimed().pk == urgent.pk
    assert claimed().pk == run.pk
    assert lifecycle.claim("here", "cpu:0") is None


def test_a_claim_says_who_holds_the_run_and_for_how_long(run):
    taken = claimed()
    assert (taken.status, taken.host, taken.slot, taken.attempt) == ("running", "here", "cpu:0", 1)
    assert taken.lease_until is not None
    assert taken.lease_until > now()


FOUR = ("gpu:0", "gpu:1", "gpu:2", "gpu:3")


def claimed_name(*free):
    taken = lifecycle.claim("here", *free, capacity=4)
    return taken and (taken.name, taken.slot)


def several(processes, name):
    return launch("region_contrastive", config={"processes": processes}, name=name)


def test_a_run_of_several_processes_takes_as_many_slots():
    assert several(3, "wide").processes == 3
    assert claimed_name(*FOUR) == ("wide", "gpu:0,gpu:1,gpu:2")


def test_nothing_overtakes_a_run_that_waits_for_more_free_slots():
    several(3, "wide")
    several(1, "narrow")
    assert claimed_name("gpu:2", "gpu:3") is None
    assert claimed_name("gpu:1", "gpu:2", "gpu:3") == ("wide", "gpu:1,gpu:2,gpu:3")
    assert claimed_name("gpu:0") == ("narrow", "gpu:0")


def test_a_host_leaves_runs_that_it_could_never_start_to_others():
    several(5, "too wide")
    several(1, "narrow")
    assert claimed_name(*FOUR) == ("narrow", "gpu:0")
    assert claimed_name(*FOUR) is None
    assert lifecycle.claim("elsewhere", *(f"gpu:{n}" for n in range(8))) is not None


def test_an_urgent_run_goes_before_a_wide_one_that_waits():
    several(3, "wide")
    launch("rehearsal", name="urgent", priority=1)
    assert claimed_name("gpu:0") == ("urgent", "gpu:0")
    assert claimed_name("gpu:1") is None


def test_an_archived_run_is_not_claimed(run):
    lifecycle.request_stop(run)
    lifecycle.archive(run)
    assert lifecycle.claim("here", "cpu:0") is None


def test_a_lease_is_renewed_only_by_its_holder(run):
    taken = claimed()
    assert lifecycle.renew(taken.pk, taken.lease) is not None
    assert lifecycle.renew(taken.pk, "f" * 32) is None


def test_a_run_ends_once(run):
    taken = claimed()
    assert lifecycle.finish(taken.pk, taken.lease)
    assert not lifecycle.fail(taken.pk, taken.lease, "too late")
    taken.refresh_from_db()
    assert (taken.status, taken.failure) == (Status.FINISHED, "")


def test_a_lost_run_waits_again_and_is_given_up_after_three_losses(run, settings):
    for left in (Status.QUEUED, Status.QUEUED, Status.LOST):
        taken = claimed()
        assert lifecycle.lose(taken.pk, taken.lease, "The machine fell silent") == left
    run.refresh_from_db()
    assert run.failure.startswith("The machine fell silent, 3 times.")
    assert run.failure_told == {}


def test_a_lost_run_keeps_what_is_told_of_it_in_any_language(run, settings):
    settings.MAX_LOSSES = 1
    taken = claimed()
    why = {"text": "gone", "values": {}}
    assert lifecycle.lose(taken.pk, taken.lease, "gone", why) == Status.LOST
    run.refresh_from_db()
    assert run.failure_told == {"text": lifecycle.LOST, "values": {"why": why, "times": 1}}


def test_the_old_holder_of_a_lost_run_is_fenced_off(run):
    first = claimed()
    lifecycle.lose(first.pk, first.lease, "silent")
    second = claimed()
    assert second.pk == first.pk
    assert second.lease != first.lease
    assert lifecycle.renew(first.pk, first.lease) is None
    assert not lifecycle.finish(first.pk, first.lease)


def test_an_interrupted_run_waits_again_at_no_cost(run):
    taken = claimed()
    assert lifecycle.interrupt(taken.pk, taken.lease)
    run.refresh_from_db()
    assert (run.status, run.losses) == (Status.QUEUED, 0)


def test_stopping_a_queued_run_ends_it_at_once(run):
    assert lifecycle.request_stop(run)
    assert run.status == Status.STOPPED
    assert lifecycle.claim("here", "cpu:0") is None


def test_stopping_a_running_run_asks_its_runner(run):
    taken = claimed()
    assert lifecycle.request_stop(run)
    renewal = lifecycle.renew(taken.pk, taken.lease)
    assert renewal is not None
    assert renewal.stop_requested
    assert run.status == Status.RUNNING


def test_a_stopped_run_whose_machine_is_lost_is_not_started_again(run):
    taken = claimed()
    lifecycle.request_stop(run)
    assert lifecycle.lose(taken.pk, taken.lease, "silent") == Status.STOPPED


def test_an_ended_run_cannot_be_stopped(run):
    lifecycle.request_stop(run)
    assert not lifecycle.request_stop(run)


def test_a_live_run_is_not_archived_and_an_ended_one_comes_back(run):
    assert not lifecycle.archive(run)
    lifecycle.request_stop(run)
    assert lifecycle.archive(run)
    assert not lifecycle.archive(run)
    assert lifecycle.restore(run)
    assert run.archived_at is None


def test_only_leases_that_ran_out_are_expired(run):
    taken = claimed()
    assert lifecycle.expired() == []
    Run.objects.filter(pk=taken.pk).update(lease_until=now() - dt.timedelta(seconds=1))
    assert lifecycle.expired() == [(taken.pk, taken.lease)]


def test_every_move_is_seen_by_pages(run):
    before = run.version
    claimed()
    run.refresh_from_db()
    assert run.version > before
