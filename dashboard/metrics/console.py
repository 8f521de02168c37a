"""Storing console.log: exactly once, by byte offset, in pieces of a size that is quick to read."""

from __future__ import annotations

from django.db import transaction

from dashboard.metrics.appending import Receipt, journal_of
from dashboard.metrics.intake import Gap
from dashboard.metrics.models import LogPart
from dashboard.runs import lifecycle

PIECE = 32 * 2**10  # bytes at most; a smaller one takes in the next post of its directory


@transaction.atomic
def append_log(run_id: str, offset: int, body: bytes, source: str = "") -> Receipt:
    """Store the bytes of console.log from `offset` on. Gap: bytes are missing before it."""
    journal = journal_of(run_id, source)
    if offset > journal.log_offset:
        raise Gap(offset, journal.log_offset)
    new = bytes(body[journal.log_offset - offset :])
    if new:
        _keep(run_id, source, journal.log_offset, new)
        journal.log_offset += len(new)
        journal.save(update_fields=["log_offset"])
        lifecycle.touch([run_id])
    return Receipt(journal.log_offset)


def _keep(run_id: str, source: str, start: int, data: bytes) -> None:
    """Into the run's last piece where that is small and goes on here, the rest as new pieces."""
    last = LogPart.objects.filter(run_id=run_id).order_by("-pk").defer("data").first()
    if last and last.source == source and last.start + last.size == start and last.size < PIECE:
        room = PIECE - last.size
        _fill(last, bytes(last.data) + data[:room])
        last.save()
        start, data = start + len(data[:room]), data[room:]
    pieces = range(0, len(data), PIECE)
    LogPart.objects.bulk_create(
        _fill(LogPart(run_id=run_id, source=source, start=start + at), data[at : at + PIECE])
        for at in pieces
    )


def _fill(part: LogPart, data: bytes) -> LogPart:
    part.data, part.size = data, len(data)
    part.lines, part.is_open = data.count(b"\n"), not data.endswith(b"\n")
    return part
