"""Columns of points <-> bytes. What is packed comes back bit by bit.

A column begins with a byte that says how the rest is packed: plain, or by pco, which finds out
by itself that steps rise by one, that times tick and that values were once float32.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pcodec import ChunkConfig, standalone

from dashboard.metrics.buckets import NAMES, Buckets
from dashboard.metrics.series import Floats, Ints

PLAIN, PCO = b"\x00", b"\x02"  # \x01 was zlib, until chunks had summaries
PACK_FROM = 32  # numbers: below, pco's own tables cost more than they save
PCO_LEVEL = 4  # beyond, a few percent are bought with twice the time
LENGTH = struct.Struct("<I")

WIDE = (
    "count",
    "nan",
    "above",
    "below",
)  # of a chunk: no bucket of a chunk holds more points than 16 bits count
RECORD = np.dtype(
    [
        (name, "<u2" if name in WIDE else "<i8" if name.endswith("_step") else "<f8")
        for name in NAMES
    ]
)


def pack(column: NDArray[Any]) -> bytes:
    """int64 or float64, (n,)."""
    if len(column) < PACK_FROM:
        return PLAIN + column.astype(column.dtype.newbyteorder("<")).tobytes()
    config = ChunkConfig(compression_level=PCO_LEVEL)
    aligned = np.require(column, requirements=["C", "A"])  # pco reads nothing else
    return PCO + bytes(standalone.simple_compress(aligned, config))


def floats(data: bytes) -> Floats:
    """The inverse of `pack`. ValueError where the bytes are no column of floats."""
    return _unpacked(data, np.dtype(np.float64))


def ints(data: bytes) -> Ints:
    """The inverse of `pack`. ValueError where the bytes are no column of integers."""
    return _unpacked(data, np.dtype(np.int64))


def pack_clock(steps: Ints, times: Floats) -> bytes:
    """When points were logged: one such clock for all curves that were logged together."""
    packed = pack(steps)
    return LENGTH.pack(len(packed)) + packed + pack(times)


def clock(data: bytes) -> tuple[Ints, Floats]:
    """The inverse of `pack_clock`. ValueError where the bytes are no clock."""
    if len(data) < LENGTH.size:
        raise ValueError(f"a clock of {len(data)} bytes is cut off")
    end = LENGTH.size + LENGTH.unpack_from(data)[0]
    return ints(data[LENGTH.size : end]), floats(data[end:])


def pack_buckets(buckets: Buckets) -> bytes:
    """As records that can be laid end to end and read at once."""
    records = np.empty(len(buckets), RECORD)
    for name in NAMES:
        records[name] = getattr(buckets, name)
    return records.tobytes()


def buckets(data: bytes) -> Buckets:
    """The inverse of `pack_buckets`, and of several end to end."""
    records = np.frombuffer(data, RECORD)
    fields: dict[str, Any] = {
        name: records[name].astype(np.int64) if name in WIDE else records[name] for name in NAMES
    }
    return Buckets(**fields)


def _unpacked(data: bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    tag, body = data[:1], data[1:]
    if tag == PLAIN and len(body) % dtype.itemsize == 0:
        return np.frombuffer(body, dtype.newbyteorder("<")).astype(dtype)
    if tag != PCO:
        raise ValueError(f"{len(data)} bytes that begin with {tag!r} are no column of a chunk")
    try:
        column: NDArray[Any] | None = standalone.simple_decompress(body)
    except RuntimeError as error:
        raise ValueError(f"a packed column is damaged: {error}") from error
    if column is None or column.dtype != dtype:
        raise ValueError(f"a packed column holds no {dtype}")
    return column
