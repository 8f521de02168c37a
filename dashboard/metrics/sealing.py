"""The tail's points become chunks: packed, in the order of their steps, with their summaries.

While points come in, posts are folded together now and then, and a curve that has CHUNK points in
the tail is sealed. Curves that log seldom wait there until it is FULL, or until their run ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from dashboard.metrics import chunks, columns
from dashboard.metrics.chunks import CHUNK, Part
from dashboard.metrics.columns import Block
from dashboard.metrics.models import Curve, Ledger, Tail

FULL = 262_144  # points of all curves in a tail, about 4 MB: what a reader may have to go through
LOOSE = 64  # posts that a reader has to go through one by one


def tend(ledger: Ledger, written: Collection[Curve]) -> None:
    """Seal or fold the run's tail where it is time to. Runs inside the writer's transaction.

    written: the curves whose rows the writer is about to keep
    """
    if ledger.tail >= FULL:
        seal_all(ledger, written)
    elif any(curve.tail >= CHUNK for curve in written):
        seal_long(ledger, written)
    elif ledger.loose >= LOOSE:
        fold(ledger)


def fold(ledger: Ledger) -> None:
    """The loose posts become one row."""
    rows = list(Tail.objects.filter(run_id=ledger.run_id, folded=False).order_by("pk"))
    _replace(ledger.run_id, rows, columns.coalesced(_blocks(rows)))
    ledger.loose = 0


def seal_long(ledger: Ledger, written: Collection[Curve] = ()) -> None:
    """Whole chunks of the curves that have enough points; the others stay in the tail."""
    rows = list(Tail.objects.filter(run_id=ledger.run_id).order_by("pk"))
    whole, left = _split(_blocks(rows))
    chunks.write(ledger.run_id, whole)
    _leave(ledger, rows, left, written)


def seal_all(ledger: Ledger, written: Collection[Curve] = ()) -> None:
    """Every point of the tail; a short chunk is joined with the short ones before it."""
    rows = list(Tail.objects.filter(run_id=ledger.run_id).order_by("pk"))
    whole, left = _split(_blocks(rows))
    chunks.write(ledger.run_id, whole)
    longer, replaced = chunks.with_short_ones(left)
    chunks.write(ledger.run_id, longer)
    chunks.delete(replaced)
    _leave(ledger, rows, [], written)


def _blocks(rows: Iterable[Tail]) -> list[Block]:
    return [block for row in rows for block in columns.unpack(bytes(row.data))]


def _split(blocks: Sequence[Block]) -> tuple[list[Part], list[Part]]:
    """What makes whole chunks, and the newest points that do not."""
    whole, left = [], []
    for attempt in dict.fromkeys(block.attempt for block in blocks):
        for curve, series in columns.by_curve(blocks, attempt).items():
            end = len(series) // CHUNK * CHUNK
            if end:
                whole.append(Part(curve, attempt, series.cut(0, end)))
            if end < len(series):
                left.append(Part(curve, attempt, series.cut(end, len(series))))
    return whole, left


def _leave(ledger: Ledger, rows: list[Tail], left: list[Part], written: Collection[Curve]) -> None:
    """Only these points stay in the tail."""
    blocks = [
        block
        for attempt in dict.fromkeys(part.attempt for part in left)
        for block in columns.together(
            attempt, [(part.curve, part.series) for part in left if part.attempt == attempt]
        )
    ]
    _replace(ledger.run_id, rows, blocks)
    ledger.loose, ledger.tail = 0, sum(block.points for block in blocks)
    counts: dict[int, int] = {}
    for part in left:
        counts[part.curve] = counts.get(part.curve, 0) + len(part.series)
    waiting = Curve.objects.filter(run_id=ledger.run_id, tail__gt=0)
    others = list(waiting.exclude(pk__in=[curve.pk for curve in written]).only("pk", "tail"))
    for curve in (*written, *others):
        curve.tail = counts.get(curve.pk, 0)
    Curve.objects.bulk_update(others, ["tail"])


def _replace(run_id: str, rows: Sequence[Tail], blocks: Sequence[Block]) -> None:
    if blocks:
        points = sum(block.points for block in blocks)
        data = columns.pack(blocks)
        Tail.objects.create(run_id=run_id, points=points, folded=True, data=data)
    Tail.objects.filter(pk__in=[row.pk for row in rows]).delete()
