"""What pages, rules and the API read of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dashboard.metrics.curves import assemble, starts_of
from dashboard.metrics.models import Chunk, Curve, Event, Journal, LogPart
from dashboard.metrics.series import Series
from dashboard.runs.models import Run


@dataclass(frozen=True)
class Summary:
    """One curve in a few numbers. last is NaN or infinite where the last value was."""

    name: str
    last: float
    last_step: int
    last_time: float
    min: float | None  # of the finite values; None where there are none
    max: float | None
    count: int
    nonfinite: int


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step."""

    step: int
    name: str
    text: str
    time: float


@dataclass(frozen=True)
class LogTail:
    """The end of a console log. size: bytes of the whole; skipped: bytes before `text`."""

    text: str
    size: int
    skipped: int


@dataclass(frozen=True)
class Intake:
    """How much of a run arrived, and what of it could not be stored."""

    points: int = 0
    rejected: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)


def read(run_id: str, names: Iterable[str] | None = None) -> dict[str, Series]:
    """The curves by name, all of them where `names` is None; names without points are left out.

    Where a resumed attempt overlaps an earlier one, only the newest attempt's points are read.
    """
    chunks = Chunk.objects.filter(curve__run_id=run_id).select_related("curve")
    if names is not None:
        chunks = chunks.filter(curve__name__in=list(names))
    by_name: dict[str, list[Chunk]] = {}
    for chunk in chunks.order_by("attempt", "pk"):
        by_name.setdefault(chunk.curve.name, []).append(chunk)
    starts = starts_of([run_id])[run_id]
    series = {name: assemble(parts, starts) for name, parts in sorted(by_name.items())}
    return {name: curve for name, curve in series.items() if len(curve)}


def names(run_id: str) -> list[str]:
    """The names of the run's curves, sorted."""
    return sorted(Curve.objects.filter(run_id=run_id).values_list("name", flat=True))


def summaries(run_ids: Iterable[str]) -> dict[str, dict[str, Summary]]:
    """By run and metric: its last, least and greatest value."""
    found: dict[str, dict[str, Summary]] = {run_id: {} for run_id in run_ids}
    for curve in Curve.objects.filter(run_id__in=list(found), count__gt=0).order_by("name"):
        found[curve.run_id][curve.name] = Summary(
            curve.name,
            float("nan") if curve.last is None else curve.last,
            curve.last_step,
            curve.last_time,
            curve.low,
            curve.high,
            curve.count,
            curve.nonfinite,
        )
    return found


def marks(run_id: str) -> list[Mark]:
    """What the trainer marked on its charts, in order."""
    events = Event.objects.filter(run_id=run_id, kind="mark").order_by("step", "pk")
    return [Mark(e.step, e.data.get("name", ""), e.data.get("text", ""), e.time) for e in events]


def log_tail(run_id: str, lines: int = 1000) -> LogTail:
    """The last `lines` lines of the console log, all attempts and hosts one after the other."""
    parts: list[bytes] = []
    size = sum(Journal.objects.filter(run_id=run_id).values_list("log_offset", flat=True))
    newlines = 0
    for data in (
        LogPart.objects.filter(run_id=run_id).order_by("-pk").values_list("data", flat=True)
    ):
        parts.append(bytes(data))
        newlines += parts[-1].count(b"\n")
        if newlines > lines:
            break
    whole = b"".join(reversed(parts))
    tail = b"".join(whole.splitlines(keepends=True)[-lines:])
    return LogTail(tail.decode("utf-8", errors="replace"), size, size - len(tail))


def intake(run_id: str) -> Intake:
    """Points stored and lines refused, over all of the run's directories."""
    journals = list(Journal.objects.filter(run_id=run_id))
    return Intake(
        sum(j.points for j in journals),
        sum(j.rejected for j in journals),
        [rejection for j in journals for rejection in j.rejections],
    )


def version(run_ids: Iterable[str]) -> str:
    """Changes whenever anything that is shown of these runs does."""
    rows = Run.objects.filter(pk__in=list(run_ids)).order_by("pk").values_list("pk", "version")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]
