"""A deleted run leaves nothing but a line that says what it was."""

import math
from time import monotonic

import pytest
from django.apps import apps
from django.db import connection

from dashboard.metrics import store
from dashboard.runs import files, lifecycle
from dashboard.runs.models import Run
from dashboard.storage import purging
from dashboard.storage.models import Purged
from dashboard.training.launching import launch
from tests.storage.given import PICTURE, ended, heavy

pytestmark = pytest.mark.django_db


def given_up(run):
    assert lifecycle.trash(run)
    assert lifecycle.purge(run, by="lin")
    return run


def rows_of(run_id):
    """Every table that has a column for runs, with how many rows it has of this one."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is Run and field.name == "run":
                found[model.__name__] = model._base_manager.filter(run_id=run_id).count()
    return found


def test_nothing_of_it_is_left(django_capture_on_commit_callbacks):
    run = given_up(heavy())
    run_id = run.pk
    with django_capture_on_commit_callbacks(execute=True):
        assert purging.work(math.inf) == 1
    assert not Run.objects.filter(pk=run_id).exists()
    assert not files.folder(run_id).exists()
    assert set(rows_of(run_id).values()) == {0}


def test_what_it_was_and_who_deleted_it_is_kept():
    run = given_up(heavy("big", log=5000, picture=500))
    purging.work(math.inf)
    kept = Purged.objects.get(run=run.pk)
    assert (kept.name, kept.number, kept.by) == ("big", run.number, "lin")
    assert kept.freed > 5500


def test_other_runs_keep_everything():
    other = heavy()
    before = rows_of(other.pk)
    given_up(heavy())
    purging.work(math.inf)
    assert rows_of(other.pk) == before
    assert files.read(other.pk, PICTURE)
    assert store.account(other.pk).balanced


def test_a_run_in_the_trash_is_not_touched():
    run = heavy()
    lifecycle.trash(run)
    assert purging.work(math.inf) == 0
    assert len(store.read(run.pk)["train/loss"].steps) == 99


def test_a_purge_that_is_broken_off_goes_on(monkeypatch):
    run = given_up(heavy(points=300))
    monkeypatch.setattr("dashboard.metrics.pruning.AT_ONCE", 1)
    ticks = iter(range(1000))
    monkeypatch.setattr("dashboard.metrics.pruning.monotonic", lambda: next(ticks))
    monkeypatch.setattr("dashboard.storage.purging.monotonic", lambda: next(ticks))
    assert purging.work(4) == 0
    assert Run.objects.filter(pk=run.pk).exists()
    assert purging.work(math.inf) == 1
    assert Purged.objects.get(run=run.pk).freed > 1500  # as measured before the first byte went


def test_no_time_is_no_deletion():
    given_up(heavy())
    assert purging.work(monotonic() - 1) == 0


def test_a_file_that_cannot_be_removed_keeps_its_own_run_alone(monkeypatch):
    stuck, other = given_up(ended()), given_up(ended())
    real = files.remove

    def remove(run_id):
        if run_id == stuck.pk:
            raise PermissionError(13, "Permission denied")
        real(run_id)

    monkeypatch.setattr("dashboard.storage.purging.files.remove", remove)
    assert purging.work(math.inf) == 1
    assert Run.objects.filter(pk=stuck.pk).exists()
    assert not Run.objects.filter(pk=other.pk).exists()


def test_a_changed_clone_outlives_its_baseline():
    first = ended()
    clone = launch("rehearsal", config={"steps": 6}, baseline=first)
    given_up(first)
    purging.work(math.inf)
    clone.refresh_from_db()
    assert clone.baseline is None


def test_the_number_of_a_deleted_run_is_not_given_again():
    run = given_up(ended())
    purging.work(math.inf)
    assert launch("rehearsal", config={"steps": 5}).number == run.number + 1


def test_what_arrives_for_a_deleted_run_is_refused(worker):
    run = given_up(ended())
    purging.work(math.inf)
    answer = worker.post(
        f"/api/runs/{run.pk}/events/?offset=0", b"{}\n", content_type="application/octet-stream"
    )
    assert answer.status_code == 404
    assert connection.is_usable()
