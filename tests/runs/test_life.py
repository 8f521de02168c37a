"""Archive, trash, lock, purge: which way a run may go, and which not."""

import pytest

from dashboard.runs import lifecycle
from dashboard.runs.models import Project, Run, Status
from dashboard.training.launching import launch

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(run):
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    run.refresh_from_db()
    return run


def places(run):
    return tuple(bool(when) for when in (run.archived_at, run.trashed_at, run.purged_at))


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_a_live_run_is_not_trashed(run, status):
    Run.objects.update(status=status)
    assert lifecycle.trash(run) is False
    assert run.trashed_at is None


def test_a_trashed_run_leaves_every_list_and_comes_back(ended):
    assert lifecycle.trash(ended)
    assert places(ended) == (True, True, False)
    assert lifecycle.restore(ended)
    assert places(ended) == (False, False, False)


def test_an_archived_run_comes_back_into_the_archive(ended):
    lifecycle.archive(ended)
    lifecycle.trash(ended)
    lifecycle.restore(ended)
    assert places(ended) == (True, False, False)


def test_a_locked_run_is_neither_trashed_nor_deleted(ended):
    assert lifecycle.lock(ended)
    assert not lifecycle.trash(ended)
    lifecycle.unlock(ended)
    lifecycle.trash(ended)
    lifecycle.lock(ended)
    assert not lifecycle.purge(ended, by="lin")
    assert places(ended) == (True, True, False)


def test_only_a_trashed_run_can_be_deleted(ended):
    assert not lifecycle.purge(ended, by="lin")
    lifecycle.trash(ended)
    assert lifecycle.purge(ended, by="lin")
    assert ended.purged_by == "lin"


def test_nothing_brings_a_deleted_run_back(ended):
    lifecycle.trash(ended)
    lifecycle.purge(ended, by="lin")
    assert not lifecycle.restore(ended)
    assert not lifecycle.lock(ended)
    assert not lifecycle.purge(ended, by="somebody else")
    assert ended.purged_by == "lin"


def test_every_move_changes_the_version_that_pages_ask_for(ended):
    seen = [ended.version]
    for move in (lifecycle.lock, lifecycle.unlock, lifecycle.trash, lifecycle.restore):
        assert move(ended)
        seen.append(ended.version)
    assert seen == sorted(set(seen))


def test_a_number_is_never_given_again(ended):
    Project.objects.update(last_number=7)
    assert launch("rehearsal", config={"steps": 5}).number == 8
