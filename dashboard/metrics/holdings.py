"""What the store holds of curves: the chunks' headings and the tail, read as of one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection

from dashboard.metrics import codec, columns
from dashboard.metrics.attempts import Starts, end_of, starts_of
from dashboard.metrics.models import Chunk, Clock, Curve, Tail
from dashboard.metrics.series import Floats, Ints, Series, joined

BEGIN = {"postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "sqlite": "BEGIN"}
AT_ONCE = 5000  # rows asked for by number in one question
HEADING = (
    *("curve_id", "pk", "clock_id", "attempt", "count"),
    *("first_step", "last_step", "first_time", "last_time"),
)


@dataclass(frozen=True)
class Heading:
    """A chunk without its points."""

    curve: int
    pk: int
    clock: int
    attempt: int
    count: int
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


def _curves(run_ids: list[str], names: Collection[str] | None) -> Iterable[tuple[int, str, str]]:
    curves = Curve.objects.filter(run_id__in=run_ids).order_by("name")
    if names is not None:
        curves = curves.filter(name__in=names)
    return curves.values_list("pk", "run_id", "name")


def _add_chunks(by_number: dict[int, Holding]) -> None:
    for some in pieces(by_number):
        chunks = Chunk.objects.filter(curve_id__in=some).order_by("attempt", "pk")
        for row in chunks.values_list(*HEADING):
            by_number[row[0]].chunks.append(Heading(*row))


def _add_tails(run_ids: list[str], by_number: dict[int, Holding]) -> None:
    parts: dict[tuple[int, int], list[Series]] = {}
    rows = Tail.objects.filter(run_id__in=run_ids).order_by("pk").values_list("data", flat=True)
    for data in rows:
        for block in columns.unpack(bytes(data)):
            for row, number in enumerate(block.keys):
                if number in by_number:
                    parts.setdefault((int(number), block.attempt), []).append(block.series(row))
    for number, attempt in sorted(parts):
        by_number[number].tail.append((attempt, joined(parts[number, attempt])))


def opened(chunks: Collection[Heading]) -> dict[int, Series]:
    """Their points, by the chunk's number. Each clock is read once for all that go by it."""
    clocks: dict[int, tuple[Ints, Floats]] = {}
    for some in pieces({chunk.clock for chunk in chunks}):
        times = Clock.objects.filter(pk__in=some).values_list("pk", "data")
        clocks |= {pk: codec.clock(bytes(data)) for pk, data in times.iterator()}
    found: dict[int, Series] = {}
    for some in pieces([chunk.pk for chunk in chunks]):
        rows = Chunk.objects.filter(pk__in=some).values_list("pk", "clock_id", "data")
        for pk, clock, data in rows.iterator():
            found[pk] = Series(*clocks[clock], codec.floats(bytes(data)))
    return found


def pieces(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = list(numbers)
    for begin in range(0, len(rest), AT_ONCE):
        yield rest[begin : begin + AT_ONCE]
