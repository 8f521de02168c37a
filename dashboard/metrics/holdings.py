"""What the store holds of curves: the chunks' headings and the tail, read as of one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from dashboard.metrics import asking, codec, columns
from dashboard.metrics.attempts import Starts, end_of, starts_of
from dashboard.metrics.series import Series

BEGIN = {"postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "sqlite": "BEGIN"}
FURTHEST = {  # each database looks a curve's last chunks up in the index, but not the other's way
    "postgresql": "CROSS JOIN LATERAL (SELECT * FROM metrics_packed last"
    " WHERE last.curve_id = curve.id ORDER BY last.last_step DESC LIMIT {chunks}) chunk",
    "sqlite": "CROSS JOIN metrics_packed chunk ON chunk.id IN (SELECT last.id FROM"
    " metrics_packed last WHERE last.curve_id = curve.id ORDER BY last.last_step DESC"
    " LIMIT {chunks})",
}
HEADING = (
    *("curve_id", "id", "clock_id", "attempt", "count"),
    *("first_step", "last_step", "first_time", "last_time"),
)


class Heading(NamedTuple):
    """A chunk without its points."""

    curve: int
    pk: int
    clock: int
    attempt: int
    points: int
    first_step: int
    last_step: int
    first_time: float
    last_time: float


@dataclass
class Holding:
    """One curve: chunks and tail in the order in which the points came, attempt by attempt."""

    starts: Starts
    chunks: list[Heading] = field(default_factory=list)
    tail: list[tuple[int, Series]] = field(default_factory=list)  # with their attempts

    def end_of(self, attempt: int) -> int:
        """The last step at which this attempt's points count."""
        return end_of(attempt, self.starts)


@contextmanager
def snapshot() -> Iterator[None]:
    """Several questions answered as of one moment: sealing moves points from table to table."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")  # nothing was written


def holdings(
    run_ids: Iterable[str], names: Collection[str] | None = None
) -> dict[str, dict[str, Holding]]:
    """By run and name, sorted; all curves where `names` is None. Inside a snapshot."""
    found: dict[str, dict[str, Holding]] = {run_id: {} for run_id in run_ids}
    starts = starts_of(found)
    by_number: dict[int, Holding] = {}
    for number, run_id, name in _curves(list(found), names):
        by_number[number] = found[run_id][name] = Holding(starts[run_id])
    _add_chunks(by_number)
    _add_tails(list(found), by_number)
    return found


def holdings_beyond(run_id: str, steps: Mapping[str, int]) -> dict[str, Holding]:
    """Of one run's curves: the chunks that reach beyond a step, all of a curve that has none given.

    Inside a snapshot. Costs as much as is read; how long the run is does not matter.
    """
    starts = starts_of([run_id])[run_id]
    by_number: dict[int, Holding] = {}
    found: dict[str, Holding] = {}
    groups: dict[int | None, dict[int, Holding]] = {}
    for number, _run_id, name in _curves([run_id], None):
        by_number[number] = found[name] = Holding(starts)
        groups.setdefault(steps.get(name), {})[number] = found[name]
    for step, group in groups.items():
        _add_chunks(group, "" if step is None else f"AND last_step > {step:d}")
    _add_tails([run_id], by_number)
    return found


def holdings_newest(
    run_ids: Iterable[str], names: Collection[str] | None, chunks: int
) -> dict[str, dict[str, Holding]]:
    """The same, of each curve only the `chunks` chunks that reach furthest. Inside a snapshot."""
    found: dict[str, dict[str, Holding]] = {run_id: {} for run_id in run_ids}
    starts = starts_of(found)
    by_number: dict[int, Holding] = {}
    for number, run_id, name in _curves(list(found), names):
        by_number[number] = found[run_id][name] = Holding(starts[run_id])
    columns_ = ", ".join(f"chunk.{name}" for name in HEADING)
    select = f"SELECT {columns_} FROM metrics_curve curve {FURTHEST[connection.vendor]}"
    select = select.format(chunks=chunks)
    for row in asking.rows(
        f"{select} WHERE curve.id", by_number, "ORDER BY chunk.attempt, chunk.id"
    ):
        by_number[row[0]].chunks.append(Heading(*row))
    _add_tails(list(found), by_number)
    return found


def _curves(run_ids: list[str], names: Collection[str] | None) -> Iterator[tuple[int, str, str]]:
    select = "SELECT id, run_id, name FROM metrics_curve WHERE run_id"
    wanted = None if names is None else set(names)
    for number, run_id, name in asking.rows(select, run_ids, "ORDER BY name"):
        if wanted is None or name in wanted:
            yield number, run_id, name


def _add_chunks(by_number: dict[int, Holding], among: str = "") -> None:
    select = f"SELECT {', '.join(HEADING)} FROM metrics_packed WHERE curve_id"
    for row in asking.rows(select, by_number, f"{among} ORDER BY attempt, id"):
        by_number[row[0]].chunks.append(Heading(*row))


def _add_tails(run_ids: list[str], by_number: dict[int, Holding]) -> None:
    select = "SELECT data FROM metrics_tail WHERE run_id"
    rows = asking.rows(select, run_ids, "ORDER BY id")
    blocks = columns.coalesced([one for (data,) in rows for one in columns.unpack(bytes(data))])
    for block in sorted(blocks, key=lambda block: block.attempt):
        for row, number in enumerate(block.keys):
            if number in by_number:
                by_number[int(number)].tail.append((block.attempt, block.series(row)))


def opened(chunks: Collection[Heading]) -> dict[int, Series]:
    """Their points, by the chunk's number. Each clock is read once for all that go by it."""
    select = "SELECT id, data FROM metrics_clock WHERE id"
    clocks = {
        pk: codec.clock(bytes(data))
        for pk, data in asking.rows(select, {chunk.clock for chunk in chunks})
    }
    select = "SELECT id, clock_id, data FROM metrics_packed WHERE id"
    return {
        pk: Series(*clocks[clock], codec.floats(bytes(data)))
        for pk, clock, data in asking.rows(select, [chunk.pk for chunk in chunks])
    }


def summaries(width: str, chunks: Collection[int]) -> dict[int, bytes]:
    """The coarse or fine summaries of these chunks, by their numbers."""
    select = f"SELECT id, {width} FROM metrics_packed WHERE id"
    return {pk: bytes(data) for pk, data in asking.rows(select, chunks)}
