"""Runs that take room."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.utils.timezone import now

from dashboard.metrics import store
from dashboard.runs import files
from dashboard.runs.models import Run, Status
from dashboard.training.launching import launch
from tests.conftest import lines, scalars

PICTURE = "a" * 32 + ".png"


def ended(name: str = "", days_ago: float = 0, **more: Any) -> Run:
    """A rehearsal that ended so many days ago."""
    run = launch("rehearsal", name=name, config={"steps": 5}, seed=0, **more)
    when = now() - dt.timedelta(days=days_ago)
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED, finished_at=when)
    run.refresh_from_db()
    return run


def heavy(name: str = "", *, points: int = 100, log: int = 1000, picture: int = 500) -> Run:
    """With so many points, and bytes of log and of a picture."""
    run = ended(name)
    made = lines(*(scalars(step, float(step), train_loss=step**0.5) for step in range(1, points)))
    store.append(run.pk, 0, made)
    store.settle(run.pk)
    store.append_log(run.pk, 0, secrets.token_bytes(log))
    files.keep(run.pk, PICTURE, b"p" * picture)
    return run


def trashed(run: Run, days_ago: float) -> Run:
    when = now() - dt.timedelta(days=days_ago)
    Run.objects.filter(pk=run.pk).update(trashed_at=when, archived_at=when)
    run.refresh_from_db()
    return run
