"""Storing what a run directory grew by: exactly once, by byte offset.

A post is read before the database is locked. What it brings is one row of the tail, written in
the transaction that moves the directory's offset: an acknowledged post is stored, and a post that
was not acknowledged can be sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import time

from django.db import transaction
from django.db.models import F

from dashboard.metrics import columns, curves, happenings, recounting, sealing
from dashboard.metrics.attempts import Starts, starts_of
from dashboard.metrics.columns import Block
from dashboard.metrics.intake import Gap, Post, read_post
from dashboard.metrics.limits import AHEAD, MAX_NAMES
from dashboard.metrics.lines import Refused
from dashboard.metrics.models import Curve, Journal, Ledger, Tail
from dashboard.runs import lifecycle

KEPT_REJECTIONS = 20  # reasons kept a journal; all are counted


class OtherFile(ValueError):
    """The bytes that are stored already are not those that were sent again."""


@dataclass(frozen=True)
class Receipt:
    """What a post did. offset: bytes of the file that are stored now; stored: points of the run.

    rejected: with offsets in what was new of the post
    """

    offset: int
    points: int = 0
    rejected: list[Refused] = field(default_factory=list)
    stored: int = 0


def append(run_id: str, offset: int, body: bytes, source: str = "") -> Receipt:
    """Store the whole lines of `body`, the bytes of events.jsonl from `offset` on.

    What is stored already is skipped; a torn last line waits for its rest.
    Gap: bytes are missing before `offset`. Unreadable: no line is an event. TooMany: too many
    points for one post. OtherFile: what is stored at these offsets came from another file.
    """
    receipt = None
    while receipt is None:  # only a rival who stored something meanwhile lets us read it anew
        stored = Journal.objects.filter(run_id=run_id, source=source)
        seen, attempt = stored.values_list("offset", "attempt").first() or (0, 1)
        try:
            post = read_post(body, offset, seen, attempt)
        except Gap:
            _note_gap(run_id)
            raise
        receipt = _store(run_id, source, post)
    return receipt


@transaction.atomic
def settle(run_id: str) -> None:
    """Seal all of a run's tail: it has ended, and is read from now on more than written."""
    ledger = locked(run_id)
    if ledger.tail:
        sealing.seal_all(ledger)
        ledger.save()


def locked(run_id: str) -> Ledger:
    """The run's ledger, and with it all of its metrics, locked until the transaction ends."""
    rows = Ledger.objects.select_for_update().filter(run_id=run_id)
    if (ledger := rows.first()) is None:
        Ledger.objects.get_or_create(run_id=run_id)
        ledger = rows.get()
    return ledger


@transaction.atomic
def _store(run_id: str, source: str, post: Post) -> Receipt | None:
    """None where more is stored by now than when the post was read: it must be read again."""
    ledger, journal = locked(run_id), journal_of(run_id, source)
    if journal.offset != post.seen:
        return None
    _check_same_file(journal, post)
    ledger.again += post.again
    before = ledger.stored
    refused = _store_new(ledger, journal, post) if post.size else []
    ledger.save()
    return Receipt(journal.offset, ledger.stored - before, refused, ledger.stored)


def _store_new(ledger: Ledger, journal: Journal, post: Post) -> list[Refused]:
    run_id = journal.run_id
    happenings.keep(run_id, post.events)
    starts = starts_of([run_id])[run_id]
    crowded = _store_points(ledger, post, starts)
    if any(line.kind == "start" and line.attempt > 1 for _, line in post.events):
        recounting.recount(run_id)
    _account(ledger, journal, post, crowded)
    lifecycle.touch([run_id])
    return post.refused + crowded


def journal_of(run_id: str, source: str) -> Journal:
    """The directory's journal, locked until the transaction ends."""
    rows = Journal.objects.select_for_update().filter(run_id=run_id, source=source)
    if (journal := rows.first()) is None:
        Journal.objects.get_or_create(run_id=run_id, source=source)
        journal = rows.get()
    return journal


def _check_same_file(journal: Journal, post: Post) -> None:
    """Whoever sends the last stored line again must send the same one."""
    digest = post.digest(journal.seal_from, journal.offset) if journal.seal else None
    if digest is not None and digest != journal.seal:
        raise OtherFile(
            f"bytes {journal.seal_from} to {journal.offset} are stored, and differ from those"
            " sent: another file was sent for this run before; give this one a source of its own"
        )


def _note_gap(run_id: str) -> None:
    Ledger.objects.get_or_create(run_id=run_id)
    Ledger.objects.filter(run_id=run_id).update(gaps=F("gaps") + 1)


def _store_points(ledger: Ledger, post: Post, starts: Starts) -> list[Refused]:
    """The post's points as a row of the tail. What the run has no room for is told."""
    names = {name for block in post.blocks for name in block.keys}
    known = curves.named(ledger.run_id, names)  # type: ignore[arg-type]  # as they came: names
    refused = _crowded(post, names - known.keys())
    stored = [found for block in post.blocks if (found := _numbered(block, known)).keys]
    if stored:
        points = sum(block.points for block in stored)
        Tail.objects.create(run_id=ledger.run_id, points=points, data=columns.pack(stored))
        by_number = {curve.pk: curve for curve in known.values()}
        for block in stored:
            curves.note(ledger, [by_number[int(number)] for number in block.keys], block, starts)
            ledger.ahead += int((block.times > time() + AHEAD).sum()) * len(block.keys)
        ledger.loose, ledger.tail = ledger.loose + 1, ledger.tail + points
        ledger.stored += points
        sealing.tend(ledger, known.values())
        curves.keep(known.values())
    return refused


def _numbered(block: Block, known: dict[str, Curve]) -> Block:
    rows = [row for row, name in enumerate(block.keys) if name in known]
    numbers = tuple(known[str(block.keys[row])].pk for row in rows)
    values = block.values if len(rows) == len(block.keys) else block.values[rows]
    return replace(block, keys=numbers, values=values)


def _crowded(post: Post, names: set[str | int]) -> list[Refused]:
    """One refusal for each metric that was one too many, with the number of its points."""
    told = f"this run has {MAX_NAMES} metrics, which is the most a run may have"
    counts = {
        name: sum(len(block.steps) for block in post.blocks if name in block.keys)
        for name in sorted(map(str, names))
    }
    return [Refused(0, f"metric {name[:60]!r}: {told}", points) for name, points in counts.items()]


def _account(ledger: Ledger, journal: Journal, post: Post, crowded: list[Refused]) -> None:
    refused = post.refused + crowded
    ledger.lines += post.lines
    ledger.refused += len(post.refused)
    ledger.sent += post.points + post.lost
    ledger.rejected += sum(line.points for line in refused)
    journal.seal_from, journal.seal = post.last_line
    journal.offset += post.size
    journal.attempt = post.attempt
    journal.points += post.points - sum(line.points for line in crowded)
    journal.rejected += len(post.refused)
    room = max(KEPT_REJECTIONS - len(journal.rejections), 0)
    journal.rejections += [
        {"offset": post.seen + line.offset, "reason": line.reason} for line in refused[:room]
    ]
    journal.save()
