"""Runs with everything that can be asked about, made without a trainer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.health.models import Examination
from dashboard.metrics import store
from dashboard.runs.models import Project, Run
from dashboard.search.finding import Asked, find
from tests.conftest import lines

NOON = dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC)


def made(
    name: str = "run",
    *,
    params: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Sequence[Any]] | None = None,
    verdicts: Mapping[str, str] | None = None,
    created: dt.datetime | None = None,
    **more: Any,
) -> Run:
    """metrics: by name, the values that were logged. verdicts: by rule, its state."""
    project, _ = Project.objects.get_or_create(name=more.pop("project", "default"))
    more = {"trainer": "rehearsal", "number": project.runs.count() + 1, **more}
    run = Run.objects.create(project=project, name=name, config=dict(params or {}), **more)
    if created:
        Run.objects.filter(pk=run.pk).update(created_at=created)
    if metrics:
        _log(run, metrics)
    if verdicts:
        _judge(run, verdicts)
    return run


def _log(run: Run, metrics: Mapping[str, Sequence[Any]]) -> None:
    events = [
        {"kind": "scalars", "step": step, "values": {name: value}}
        for name, values in metrics.items()
        for step, value in enumerate(values)
    ]
    store.append(run.pk, 0, lines(*events))


def _judge(run: Run, verdicts: Mapping[str, str]) -> None:
    from dashboard.health.labels import STATES

    Examination.objects.create(
        run=run,
        state=min(verdicts.values(), key=STATES.index),
        verdicts=[{"rule": rule, "state": state} for rule, state in verdicts.items()],
        made_at=NOON,
        engine_version="1",
    )


def names(query: str = "", **more: Any) -> list[str]:
    """The names of the runs that fit, in their order."""
    found = find(Asked(query, **more))
    assert found.error is None, found.error
    return [run.name for run in found.runs]


def fault(query: str, **more: Any) -> tuple[str, str, list[str]]:
    """What is said of a wrong query, what it points at, and what may have been meant."""
    error = find(Asked(query, **more)).error
    assert error is not None
    start, end = error.span
    return error.says, query[start:end], list(error.near)
