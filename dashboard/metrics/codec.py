"""A chunk of points <-> bytes."""

from __future__ import annotations

import zlib

import numpy as np

from dashboard.metrics.series import Series

PLAIN, ZLIB = b"\x00", b"\x01"  # the first byte says how the rest is packed
PACK_FROM = 512  # points: below, packing costs more than it saves


def encode(series: Series) -> bytes:
    """steps as little-endian int64, then times and values as float64: 24 bytes a point, packed."""
    columns = (
        series.steps.astype("<i8").tobytes(),
        series.times.astype("<f8").tobytes(),
        series.values.astype("<f8").tobytes(),
    )
    plain = b"".join(columns)
    if len(series) < PACK_FROM:
        return PLAIN + plain
    return ZLIB + zlib.compress(plain, level=1)


def decode(data: bytes) -> Series:
    """The series that `encode` packed. ValueError where the bytes are not such a chunk."""
    tag, body = data[:1], data[1:]
    if tag == ZLIB:
        body = zlib.decompress(body)
    elif tag != PLAIN:
        raise ValueError(f"unknown chunk format {tag!r}")
    if len(body) % 24:
        raise ValueError(f"a chunk of {len(body)} bytes is not whole points of 24 bytes")
    count = len(body) // 24
    return Series(
        np.frombuffer(body, "<i8", count),
        np.frombuffer(body, "<f8", count, 8 * count),
        np.frombuffer(body, "<f8", count, 16 * count),
    )
