"""Storing what a run directory grew by: exactly once, by byte offset."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from dashboard.metrics import codec, curves
from dashboard.metrics.lines import Line, Refused, parse
from dashboard.metrics.models import Chunk, Curve, Event, Journal, LogPart
from dashboard.metrics.sealing import seal_long_tails
from dashboard.metrics.series import Series
from dashboard.runs import lifecycle
from dashboard.runs.models import Run

KEPT_REJECTIONS = 20  # reasons kept a journal; all are counted


class Gap(ValueError):
    """Bytes before the posted ones are missing; send from `expected`."""

    def __init__(self, offset: int, expected: int) -> None:
        self.expected = expected
        super().__init__(
            f"bytes {expected} to {offset} are missing: send again from offset {expected}"
        )


class Unreadable(ValueError):
    """Not one line of the post is an event; nothing was stored."""


@dataclass(frozen=True)
class Receipt:
    """What a post did. offset: bytes of the file that are stored now."""

    offset: int
    points: int = 0
    rejected: list[Refused] = field(default_factory=list)


@dataclass
class _Batch:
    """The lines of one post, sorted by what becomes of them."""

    points: dict[tuple[int, str], list[tuple[int, float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    events: list[Event] = field(default_factory=list)
    rejected: list[Refused] = field(default_factory=list)
    resumed: bool = False  # an attempt after the first began: earlier points may count no longer


@transaction.atomic
def append(run_id: str, offset: int, body: bytes, source: str = "") -> Receipt:
    """Store the whole lines of `body`, the bytes of events.jsonl from `offset` on.

    What is stored already is skipped; a torn last line waits for its rest.
    Gap: bytes are missing before `offset`. Unreadable: no line is an event.
    """
    journal = _journal(run_id, source)
    new = _unseen(body, offset, journal.offset)
    whole = new[: new.rfind(b"\n") + 1]
    if not whole:
        return Receipt(journal.offset)
    batch = _sort(run_id, journal, whole)
    _store_points(run_id, batch)
    Event.objects.bulk_create(batch.events)
    if batch.resumed:
        curves.recount(run_id)
    points = sum(len(rows) for rows in batch.points.values())
    journal.offset += len(whole)
    journal.points += points
    journal.save()
    lifecycle.touch([run_id])
    return Receipt(journal.offset, points, batch.rejected)


@transaction.atomic
def append_log(run_id: str, offset: int, body: bytes, source: str = "") -> Receipt:
    """Store the bytes of console.log from `offset` on. Gap: bytes are missing before it."""
    journal = _journal(run_id, source)
    new = _unseen(body, offset, journal.log_offset)
    if new:
        LogPart.objects.create(
            run_id=run_id, source=source, start=journal.log_offset, data=bytes(new)
        )
        journal.log_offset += len(new)
        journal.save()
        lifecycle.touch([run_id])
    return Receipt(journal.log_offset)


def _journal(run_id: str, source: str) -> Journal:
    """The journal, locked until the transaction ends."""
    Journal.objects.get_or_create(run_id=run_id, source=source)
    return Journal.objects.select_for_update().get(run_id=run_id, source=source)


def _unseen(body: bytes, offset: int, stored: int) -> bytes:
    if offset > stored:
        raise Gap(offset, stored)
    return body[stored - offset :]


def _sort(run_id: str, journal: Journal, whole: bytes) -> _Batch:
    batch = _Batch()
    lines = list(parse(whole))
    for line in lines:
        if isinstance(line, Refused):
            batch.rejected.append(line)
        elif line.kind == "scalars":
            for name, value in line.values.items():
                batch.points[journal.attempt, name].append((line.step, line.time, value))
        else:
            _keep(run_id, journal, line, batch)
    if batch.rejected and len(batch.rejected) == len(lines):
        first = batch.rejected[0]
        raise Unreadable(f"byte {journal.offset + first.offset}: {first.reason}")
    _note_rejections(journal, batch.rejected)
    return batch


def _keep(run_id: str, journal: Journal, line: Line, batch: _Batch) -> None:
    """A line without points: remember it, and let the run know what it says."""
    data = {"name": line.name, "text": line.text, "status": line.status, "file": line.file}
    if line.kind == "start":
        journal.attempt = line.attempt
        batch.resumed = batch.resumed or line.attempt > 1
    elif line.kind == "facts":
        _merge_facts(run_id, line)
        return
    elif line.kind == "snapshot":
        Run.objects.filter(pk=run_id).update(snapshot=line.data)
        return
    kept = {name: value for name, value in data.items() if value}
    batch.events.append(
        Event(
            run_id=run_id,
            kind=line.kind,
            attempt=journal.attempt,
            step=line.step,
            time=line.time,
            data=kept,
        )
    )


def _merge_facts(run_id: str, line: Line) -> None:
    facts = Run.objects.values_list("facts", flat=True).get(pk=run_id)
    Run.objects.filter(pk=run_id).update(facts={**facts, **line.values})


def _note_rejections(journal: Journal, rejected: list[Refused]) -> None:
    journal.rejected += len(rejected)
    room = KEPT_REJECTIONS - len(journal.rejections)
    journal.rejections += [
        {"offset": journal.offset + line.offset, "reason": line.reason}
        for line in rejected[: max(room, 0)]
    ]


def _store_points(run_id: str, batch: _Batch) -> None:
    if not batch.points:
        return
    known = curves.named(run_id, {name for _, name in batch.points})
    chunks = []
    for (attempt, name), rows in batch.points.items():
        steps, times, values = zip(*rows, strict=True)
        series = Series.of(steps, values, times)
        curve = known[name]
        curves.summarise(curve, series)
        chunks.append(Chunk(curve=curve, attempt=attempt, data=codec.encode(series)))
    Chunk.objects.bulk_create(chunks)
    Curve.objects.bulk_update(known.values(), curves.SUMMARY_FIELDS)
    Curve.objects.filter(pk__in=[c.pk for c in known.values()]).update(tail=F("tail") + 1)
    seal_long_tails([c.pk for c in known.values()])
