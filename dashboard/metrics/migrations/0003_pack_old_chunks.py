"""Points in the old format (24 bytes a point, plain or zlib) become chunks with summaries."""

import hashlib
import zlib
from typing import Any

import numpy as np
from django.db import migrations
from django.db.models import Max, Sum

from dashboard.metrics import buckets, codec
from dashboard.metrics import columns as tails
from dashboard.metrics.series import Series, joined

CHUNK, FINE, COARSE = 8192, 64, 512


def decode(data: bytes) -> Series:
    """steps as little-endian int64, then times and values as float64; the first byte says how."""
    tag, body = data[:1], data[1:]
    body = zlib.decompress(body) if tag == b"\x01" else body
    count = len(body) // 24
    return Series(
        np.frombuffer(body, "<i8", count),
        np.frombuffer(body, "<f8", count, 8 * count),
        np.frombuffer(body, "<f8", count, 16 * count),
    )


def pack(apps: Any, editor: Any) -> None:
    Run = apps.get_model("runs", "Run")
    Curve = apps.get_model("metrics", "Curve")
    for run_id in Run.objects.values_list("pk", flat=True).iterator():
        clocks: dict[bytes, int] = {}
        for curve in Curve.objects.filter(run_id=run_id):
            pack_curve(apps, run_id, curve, clocks)
        open_ledger(apps, run_id)


def pack_curve(apps: Any, run_id: str, curve: Any, clocks: dict[bytes, int]) -> None:
    Old = apps.get_model("metrics", "OldChunk")
    Chunk = apps.get_model("metrics", "Chunk")
    old = Old.objects.filter(curve_id=curve.pk).order_by("attempt", "pk")
    curve.stored = curve.tail = 0
    for attempt in list(old.values_list("attempt", flat=True).distinct().order_by("attempt")):
        rows = old.filter(attempt=attempt).values_list("data", flat=True)
        series = joined([decode(bytes(data)) for data in rows]).by_step()
        curve.stored += len(series)
        curve.front, curve.front_attempt = int(series.steps[-1]), attempt
        for begin in range(0, len(series), CHUNK):
            cut = slice(begin, begin + CHUNK)
            piece = Series(series.steps[cut], series.times[cut], series.values[cut])
            clock = clock_of(apps, run_id, piece, clocks)
            Chunk.objects.create(**columns(piece), curve=curve, attempt=attempt, clock_id=clock)
    curve.save()


def clock_of(apps: Any, run_id: str, piece: Series, clocks: dict[bytes, int]) -> int:
    data = codec.pack_clock(piece.steps, piece.times)
    digest = hashlib.blake2b(data).digest()
    if digest not in clocks:
        Clock = apps.get_model("metrics", "Clock")
        clocks[digest] = Clock.objects.create(run_id=run_id, data=data).pk
    return clocks[digest]


def columns(piece: Series) -> dict[str, Any]:
    fine = buckets.of_width(buckets.of_points(piece), FINE)
    return {
        "count": len(piece),
        "first_step": int(piece.steps[0]),
        "last_step": int(piece.steps[-1]),
        "first_time": float(piece.times.min()),
        "last_time": float(piece.times.max()),
        "coarse": codec.pack_buckets(buckets.of_width(fine, COARSE // FINE)),
        "fine": codec.pack_buckets(fine),
        "data": codec.pack(piece.values),
    }


def open_ledger(apps: Any, run_id: str) -> None:
    """Points as the journals counted them. Refused lines were counted without their points."""
    Journal = apps.get_model("metrics", "Journal")
    told = Journal.objects.filter(run_id=run_id).aggregate(
        points=Sum("points"), refused=Sum("rejected"), sources=Max("pk")
    )
    if told["sources"] is not None:
        apps.get_model("metrics", "Ledger").objects.create(
            run_id=run_id,
            sent=told["points"],
            stored=told["points"],
            refused=told["refused"],
            lines=told["refused"],
        )


def unpack(apps: Any, editor: Any) -> None:
    """The way back: every point in the old format, chunks first, then what was in the tails."""
    Old = apps.get_model("metrics", "OldChunk")
    for chunk in apps.get_model("metrics", "Chunk").objects.select_related("clock").order_by("pk"):
        steps, times = codec.clock(bytes(chunk.clock.data))
        series = Series(steps, times, codec.floats(bytes(chunk.data)))
        Old.objects.create(
            curve_id=chunk.curve_id, attempt=chunk.attempt, sealed=True, data=encode(series)
        )
    for tail in apps.get_model("metrics", "Tail").objects.order_by("pk"):
        for block in tails.unpack(bytes(tail.data)):
            for row, curve in enumerate(block.keys):
                data = encode(block.series(row))
                Old.objects.create(curve_id=curve, attempt=block.attempt, data=data)


def encode(series: Series) -> bytes:
    columns = (
        series.steps.astype("<i8"),
        series.times.astype("<f8"),
        series.values.astype("<f8"),
    )
    return b"\x01" + zlib.compress(b"".join(column.tobytes() for column in columns), level=1)


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_chunks_with_summaries"), ("runs", "0001_initial")]
    operations = [migrations.RunPython(pack, unpack)]
