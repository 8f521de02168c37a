"""Lines of events.jsonl that hold no points: starts, marks, facts, the snapshot, the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.metrics.lines import Line
from dashboard.metrics.models import Event
from dashboard.runs.models import Run

TOLD = (
    "name",
    "text",
    "status",
    "file",
    "points",
)  # what of a line is kept, where it says something


def keep(run_id: str, events: Iterable[tuple[int, Line]]) -> None:
    """Remember what happened in each attempt, and let the run know what it was told."""
    kept = [_event(run_id, attempt, line) for attempt, line in events if not _told(run_id, line)]
    Event.objects.bulk_create(kept)


def _told(run_id: str, line: Line) -> bool:
    """True where the run itself keeps what the line says."""
    if line.kind == "facts":
        facts = Run.objects.values_list("facts", flat=True).get(pk=run_id)
        Run.objects.filter(pk=run_id).update(facts={**facts, **line.values})
    elif line.kind == "snapshot":
        Run.objects.filter(pk=run_id).update(snapshot=line.data)
    return line.kind in ("facts", "snapshot")


def _event(run_id: str, attempt: int, line: Line) -> Event:
    said: dict[str, Any] = {name: getattr(line, name) for name in TOLD}
    return Event(
        run_id=run_id,
        kind=line.kind,
        attempt=attempt,
        step=line.step,
        time=line.time,
        data={name: value for name, value in said.items() if value not in ("", None)},
    )
