"""Pieces of curves -> the bytes of a file, a piece at a time; an empty one would end it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from dashboard.api.wire import numbers
from dashboard.metrics.store import Piece

HEAD = b"metric,attempt,step,time,value,superseded\r\n"


def as_csv(pieces: Iterator[Piece]) -> Iterator[bytes]:
    """RFC 4180; values as Python prints them, NaN, Infinity and -Infinity."""
    yield HEAD
    for piece in pieces:
        before = f"{_cell(piece.name)},{piece.attempt}"
        rows = [
            f"{before},{step},{time!r},{value},{old}\r\n"
            for step, time, value, old in zip(*_columns(piece), strict=True)
        ]
        if rows:
            yield "".join(rows).encode()


def as_json(pieces: Iterator[Piece]) -> Iterator[bytes]:
    """An array of {"metric", "attempt", "steps", "times", "values", "superseded"}.

    A long curve comes in several of them, one after the other.
    """
    between = b"[\n"
    for piece in pieces:
        if len(piece.series):
            steps, times, values, old = _columns(piece)
            told = {
                "metric": piece.name,
                "attempt": piece.attempt,
                "steps": steps,
                "times": times,
                "values": values,
                "superseded": old,
            }
            yield between + json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
            between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


def as_parquet(pieces: Iterator[Piece]) -> Iterator[bytes]:
    """A row group a piece. Read it with pandas, polars, duckdb or pyarrow itself."""
    import pyarrow as pa  # 40 MB of memory: only for who asks
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            ("metric", pa.dictionary(pa.int32(), pa.string())),
            ("attempt", pa.int32()),
            ("step", pa.int64()),
            ("time", pa.float64()),
            ("value", pa.float64()),
            ("superseded", pa.bool_()),
        ]
    )
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for piece in pieces:
            if len(piece.series):
                writer.write_table(pa.table(_arrow(piece), schema=schema))
                if written := sink.taken():
                    yield written
    yield sink.taken()


def _arrow(piece: Piece) -> dict[str, Any]:
    import pyarrow as pa

    count = len(piece.series)
    names = pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [piece.name])
    return {
        "metric": names,
        "attempt": np.full(count, piece.attempt, np.int32),
        "step": piece.series.steps,
        "time": piece.series.times,
        "value": piece.series.values,
        "superseded": piece.superseded,
    }


class _Sink(io.RawIOBase):
    """Where a writer that only moves forward leaves its bytes until they are sent."""

    def __init__(self) -> None:
        self._end = 0
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._end

    def write(self, data: Any) -> int:
        self._waiting.append(bytes(data))
        self._end += len(self._waiting[-1])
        return len(self._waiting[-1])

    def taken(self) -> bytes:
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


def _columns(piece: Piece) -> tuple[list[int], list[float], list[Any], list[int]]:
    series = piece.series
    old = piece.superseded.astype(int).tolist()
    return series.steps.tolist(), series.times.tolist(), numbers(series.values), old


def _cell(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if quoted != text or set(text) & set(',"\r\n') else text
