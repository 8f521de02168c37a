"""Rows of logged numbers -> columns, a few for a whole post, without touching each value by hand.

A post's rows mostly name the same metrics, so they become a few blocks: one clock (steps and wall
times), and under it one row of values for each metric.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import msgspec
import numpy as np

from dashboard.metrics.lines import Scalars
from dashboard.metrics.series import Floats, Ints, Series, joined

Key = str | int  # a metric's name as it came, its curve's number as it is stored


@dataclass(frozen=True, eq=False)
class Block:
    """Curves that were logged together. steps, times: (n,); values: (k, n), a row for each key."""

    attempt: int
    keys: tuple[Key, ...]
    steps: Ints
    times: Floats
    values: Floats

    @property
    def points(self) -> int:
        return int(self.values.size)

    def series(self, row: int) -> Series:
        return Series(self.steps, self.times, self.values[row])


@dataclass
class _Column:
    steps: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


def blocks(attempt: int, rows: Sequence[Scalars]) -> list[Block]:
    """The rows of one attempt. Within a curve the order in which they came is kept."""
    kinds = list(
        map(tuple, [row.values for row in rows])
    )  # map: no Python a row, in the usual case
    if len(set(kinds)) == 1 and kinds[0]:
        return [_block(attempt, kinds[0], rows)]
    groups: dict[tuple[str, ...], list[Scalars]] = {}
    for kind, row in zip(kinds, rows, strict=True):
        groups.setdefault(kind, []).append(row)
    groups.pop((), None)
    if len(set(chain.from_iterable(groups))) < sum(map(len, groups)):
        return _one_by_one(attempt, rows)  # a metric is in two groups: whose row came first?
    return [_block(attempt, names, group) for names, group in groups.items()]


def _block(attempt: int, names: tuple[str, ...], rows: Sequence[Scalars]) -> Block:
    flat = chain.from_iterable(map(dict.values, [row.values for row in rows]))
    # float() reads "NaN" and "Infinity", and lines.py let no other text through
    values = np.fromiter(flat, np.float64, len(rows) * len(names))
    return Block(
        attempt,
        names,
        np.array([row.step for row in rows], np.int64),
        np.array([row.time for row in rows], np.float64),
        np.ascontiguousarray(values.reshape(len(rows), len(names)).T),
    )


def _one_by_one(attempt: int, rows: Iterable[Scalars]) -> list[Block]:
    columns: dict[str, _Column] = {}
    for row in rows:
        for name, value in row.values.items():
            column = columns.setdefault(name, _Column())
            column.steps.append(row.step)
            column.times.append(row.time)
            column.values.append(float(value))
    curves = [
        (name, Series.of(column.steps, column.values, column.times))
        for name, column in columns.items()
    ]
    return together(attempt, curves)


def together(attempt: int, curves: Iterable[tuple[Key, Series]]) -> list[Block]:
    """Curves as blocks, those with the same clock in one."""
    alike: dict[tuple[bytes, bytes], list[tuple[Key, Series]]] = {}
    for key, series in curves:
        moment = series.steps.tobytes(), series.times.tobytes()
        alike.setdefault(moment, []).append((key, series))
    return [
        Block(
            attempt,
            tuple(key for key, _ in group),
            group[0][1].steps,
            group[0][1].times,
            np.stack([series.values for _, series in group]),
        )
        for group in alike.values()
    ]


def pack(found: Sequence[Block]) -> bytes:
    """Blocks as they wait in the hot tail: a header, then plain columns, quick to write."""
    header = msgspec.msgpack.encode([(one.attempt, one.keys, len(one.steps)) for one in found])
    padding = bytes(-(4 + len(header)) % 8)  # so that the columns lie where numpy likes them
    columns = [column.tobytes() for one in found for column in (one.steps, one.times, one.values)]
    return b"".join([len(header).to_bytes(4, "little"), header, padding, *columns])


def unpack(data: bytes) -> list[Block]:
    """The inverse of `pack`. ValueError where the bytes are no blocks."""
    end = 4 + int.from_bytes(data[:4], "little")
    begin = end + -end % 8
    try:
        header = msgspec.msgpack.decode(data[4:end], type=list[tuple[int, tuple[int, ...], int]])
    except msgspec.DecodeError as error:
        raise ValueError(f"a tail of {len(data)} bytes is damaged: {error}") from error
    found = []
    for attempt, keys, count in header:
        steps = np.frombuffer(data, np.int64, count, begin)
        times = np.frombuffer(data, np.float64, count, begin + 8 * count)
        values = np.frombuffer(data, np.float64, count * len(keys), begin + 16 * count)
        found.append(Block(attempt, keys, steps, times, values.reshape(len(keys), count)))
        begin += 8 * count * (2 + len(keys))
    if begin != len(data):
        raise ValueError(f"a tail of {len(data)} bytes should have {begin}")
    return found


def coalesced(found: Sequence[Block]) -> list[Block]:
    """Fewer and longer blocks; within a curve the order in which the points came is kept."""
    longer: list[Block] = []
    for attempt in dict.fromkeys(one.attempt for one in found):
        groups: dict[tuple[Key, ...], list[Block]] = {}
        for one in found:
            if one.attempt == attempt:
                groups.setdefault(one.keys, []).append(one)
        if len(set(chain.from_iterable(groups))) < sum(map(len, groups)):
            longer += together(attempt, by_curve(found, attempt).items())
        else:
            longer += [_end_to_end(group) for group in groups.values()]
    return longer


def by_curve(found: Iterable[Block], attempt: int) -> dict[int, Series]:
    """Each curve's points of an attempt, in the order in which they came."""
    parts: dict[int, list[Series]] = {}
    for one in found:
        if one.attempt == attempt:
            for row, key in enumerate(one.keys):
                parts.setdefault(int(key), []).append(one.series(row))
    return {key: joined(series) for key, series in parts.items()}


def _end_to_end(group: list[Block]) -> Block:
    if len(group) == 1:
        return group[0]
    return Block(
        group[0].attempt,
        group[0].keys,
        np.concatenate([one.steps for one in group]),
        np.concatenate([one.times for one in group]),
        np.concatenate([one.values for one in group], axis=1),
    )
