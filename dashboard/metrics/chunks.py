"""One chunk: points of a curve, packed, with what is drawn of them when they are many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dashboard.metrics import buckets, codec
from dashboard.metrics.models import Chunk, Clock
from dashboard.metrics.series import Series, joined

CHUNK = 8192  # points
FINE, COARSE = 64, 512  # points in a bucket of either summary


@dataclass(frozen=True, eq=False)
class Part:
    """Points of one attempt of a curve, on their way into chunks."""

    curve: int
    attempt: int
    series: Series


def write(run_id: str, parts: Sequence[Part]) -> None:
    """As chunks of at most CHUNK points; those that were logged together share a clock."""
    pieces = [piece for part in parts for piece in _pieces(part)]
    clocks: dict[tuple[bytes, bytes], Clock] = {}
    chunks = []
    for piece in pieces:
        moment = piece.series.steps.tobytes(), piece.series.times.tobytes()
        if moment not in clocks:
            data = codec.pack_clock(piece.series.steps, piece.series.times)
            clocks[moment] = Clock.objects.create(run_id=run_id, data=data)
        chunks.append(_chunk(piece, clocks[moment]))
    Chunk.objects.bulk_create(chunks)


def series_of(chunk: Chunk) -> Series:
    """The points of a chunk that was read together with its clock."""
    steps, times = codec.clock(bytes(chunk.clock.data))
    return Series(steps, times, codec.floats(bytes(chunk.data)))


def with_short_ones(parts: Iterable[Part]) -> tuple[list[Part], list[Chunk]]:
    """Each part joined with the short chunks just before it, and the chunks that it replaces.

    A chunk is taken while it is at most twice as long as what it is joined with, so a point is
    packed again only some thirteen times however its run is posted.
    """
    longer, replaced = [], []
    for part in parts:
        series = part.series
        earlier = Chunk.objects.filter(curve_id=part.curve, attempt=part.attempt)
        for chunk in earlier.select_related("clock").order_by("-pk").iterator(chunk_size=8):
            if chunk.count >= CHUNK or chunk.count > 2 * len(series):
                break
            series = joined([series_of(chunk), series])
            replaced.append(chunk)
        longer.append(Part(part.curve, part.attempt, series))
    return longer, replaced


def delete(chunks: Sequence[Chunk]) -> None:
    """And the clocks that no other chunk goes by."""
    Chunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).delete()
    Clock.objects.filter(pk__in=[chunk.clock_id for chunk in chunks], chunks=None).delete()


def _pieces(part: Part) -> Iterator[Part]:
    series = part.series.by_step()
    for begin in range(0, len(series), CHUNK):
        yield Part(part.curve, part.attempt, series.cut(begin, begin + CHUNK))


def _chunk(part: Part, clock: Clock) -> Chunk:
    series = part.series
    fine = buckets.of_width(buckets.of_points(series), FINE)
    coarse = buckets.of_width(fine, COARSE // FINE)
    return Chunk(
        curve_id=part.curve,
        clock=clock,
        attempt=part.attempt,
        count=len(series),
        first_step=int(series.steps[0]),
        last_step=int(series.steps[-1]),
        first_time=float(series.times.min()),
        last_time=float(series.times.max()),
        coarse=codec.pack_buckets(coarse),
        fine=codec.pack_buckets(fine),
        data=codec.pack(series.values),
    )
