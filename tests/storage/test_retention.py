"""Retention: whom it concerns, whom never, and that a preview tells just that."""

import pytest

from dashboard.runs import lifecycle
from dashboard.runs.models import Project, Run, Status
from dashboard.storage import retention, usage
from tests.storage.given import ended, trashed

pytestmark = pytest.mark.django_db


def keeps(trash_after=None, purge_after=None):
    Project.objects.update(trash_after=trash_after, purge_after=purge_after)


def state(run):
    run.refresh_from_db()
    return "deleted" if run.purged_at else "trash" if run.trashed_at else "kept"


def test_it_is_off_until_somebody_sets_it():
    run, old = ended(days_ago=5000), trashed(ended(), days_ago=5000)
    assert retention.carry_out() == 0
    assert (state(run), state(old)) == ("kept", "trash")


def test_old_runs_go_into_the_trash_and_young_ones_stay():
    old, young = ended(days_ago=31), ended(days_ago=29)
    keeps(trash_after=30)
    assert retention.carry_out() == 1
    assert (state(old), state(young)) == ("trash", "kept")


def test_what_is_long_enough_in_the_trash_is_deleted():
    old, young = trashed(ended(), days_ago=8), trashed(ended(), days_ago=6)
    keeps(purge_after=7)
    assert retention.carry_out() == 1
    assert (state(old), state(young)) == ("deleted", "trash")


def test_nothing_is_trashed_and_deleted_in_one_go():
    run = ended(days_ago=1000)
    keeps(trash_after=1, purge_after=1)
    retention.carry_out()
    retention.carry_out()
    assert state(run) == "trash"


def test_a_locked_run_outlives_it():
    run, in_trash = ended(days_ago=100), trashed(ended(), days_ago=100)
    Run.objects.update(locked_at="2026-01-01T00:00Z")
    keeps(trash_after=1, purge_after=1)
    assert retention.carry_out() == 0
    assert (state(run), state(in_trash)) == ("kept", "trash")


def test_a_live_run_is_never_old():
    run = ended(days_ago=100)
    Run.objects.update(status=Status.RUNNING)
    keeps(trash_after=1)
    assert retention.carry_out() == 0
    assert state(run) == "kept"


def test_an_archived_run_counts_as_any_other():
    run = ended(days_ago=100)
    lifecycle.archive(run)
    keeps(trash_after=30)
    retention.carry_out()
    assert state(run) == "trash"


def test_a_restored_run_is_not_trashed_again_at_once():
    run = ended(days_ago=100)
    keeps(trash_after=30)
    retention.carry_out()
    run.refresh_from_db()
    lifecycle.restore(run)
    assert retention.carry_out() == 0
    assert state(run) == "kept"


def test_other_projects_are_left_alone():
    run, other = ended(days_ago=100), ended(days_ago=100, project="paper")
    Project.objects.filter(name="default").update(trash_after=30)
    retention.carry_out()
    assert (state(run), state(other)) == ("trash", "kept")


def test_a_preview_tells_what_would_go_and_changes_nothing():
    runs = [ended(f"r{n}", days_ago=100 - n) for n in range(7)]
    trashed(ended("t"), days_ago=9)
    usage.measure([run.pk for run in Run.objects.all()])
    project = Project.objects.get()
    due = retention.preview(project, 30, 7)
    assert due.trash
    assert due.purge
    assert due.trash.share.runs == 7
    assert due.trash.names == ["r0", "r1", "r2", "r3", "r4"]
    assert due.trash.unnamed == 2
    assert due.purge.names == ["t"]
    assert {state(run) for run in runs} == {"kept"}


def test_a_preview_of_what_is_off_says_so():
    ended(days_ago=100)
    assert retention.preview(Project.objects.get(), None, None) == retention.Preview(None, None)
