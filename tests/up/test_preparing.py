"""What `up` makes before it serves: a person without a password, a worker's token, the pair."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from dashboard.api.models import Scope, Token
from dashboard.places import worker_token_file
from dashboard.runs.models import Run, Status
from dashboard.up import demo, preparing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))


def test_the_administrator_has_no_password_to_guess():
    preparing.ensure_admin()
    preparing.ensure_admin()
    admin = User.objects.get()
    assert admin.is_superuser
    assert not admin.has_usable_password()


def test_a_password_that_was_set_stays():
    preparing.ensure_admin()
    admin = User.objects.get()
    admin.set_password("chosen by somebody")
    admin.save()
    preparing.ensure_admin()
    assert User.objects.get().check_password("chosen by somebody")


def test_the_workers_token_is_made_once_and_is_a_workers():
    preparing.ensure_worker_token()
    first = worker_token_file().read_text()
    preparing.ensure_worker_token()
    assert worker_token_file().read_text() == first
    token = Token.find(first)
    assert token is not None
    assert token.scope == Scope.WORKER
    assert worker_token_file().stat().st_mode & 0o077 == 0


def test_a_token_that_the_database_does_not_know_is_replaced():
    worker_token_file().write_text("from another database")
    preparing.ensure_worker_token()
    assert Token.find(worker_token_file().read_text())


def test_the_demonstration_is_queued_once():
    assert demo.queue_demo()
    assert not demo.queue_demo()
    before, after = Run.objects.order_by("number")
    assert (before.preset, after.preset) == ("before", "after")
    assert before.status == after.status == Status.QUEUED
    assert after.baseline == before
    assert before.seed == after.seed
