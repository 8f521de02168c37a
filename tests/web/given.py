"""Runs as the pages meet them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.health.examination import examine
from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from tests.conftest import lines, scalars


def ran(
    name: str = "", *, losses: Any = (3.0, 2.0, 1.0), status: str = "finished", **more: Any
) -> Run:
    """A rehearsal with these losses, ended and judged."""
    run = launch("rehearsal", name=name, seed=0, **more)
    logged(run, losses)
    Run.objects.filter(pk=run.pk).update(status=status)
    run.refresh_from_db()
    examine(run)
    return run


def logged(run: Run, losses: Any, offset: int = 0) -> int:
    """Points sent in; the offset of the next ones."""
    body = lines(*(scalars(step, float(step), train_loss=v) for step, v in enumerate(losses, 1)))
    return store.append(run.pk, offset, body).offset


def queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)
