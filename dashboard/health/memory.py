"""What is remembered of a long curve, so that judging it again need not read it again.

A curve that grows is shown to the rules as what they could miss least of its past, and its newest
points as they were logged. Of the past they are shown the first points of each kind (positive,
negative, zero, not finite, and where the value changes: that is where counts, faults and a bank
begin) and some evenly spaced ones; what lies between is summed up. Points are taken in by their
steps, in any number of pieces, to the same end: a memory can be made anew at any time, and one
that misses points that came late is known by its count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from dashboard.health.counting import Hidden, counted
from dashboard.health.rule import EVIDENCE_POINTS
from dashboard.metrics.series import EMPTY, Series, joined

RECENT = 2100  # newest points at least that are never summed up: spikes are searched in 2,000
SLACK = 1000  # that many more may gather before the oldest are taken in
FIRST = EVIDENCE_POINTS  # points of each kind that are kept: a verdict shows no more of them
SAMPLE = 256  # evenly spaced points at most, at least half as many
KINDS = 5

Mask = NDArray[np.bool_]
ALL_SHOWN = Hidden()


@dataclass(frozen=True, eq=False)
class Past:
    """A curve up to a step. kept: what rules are shown of it, sampled: which of these are there
    as one of every so many, and not for their kind.
    """

    step: int = -1
    points: int = 0
    last: float = float("nan")  # the newest value
    finite: int = 0
    total: float = 0.0
    kinds: tuple[int, ...] = (0,) * KINDS  # how many there were of each
    rest: int = 0  # points that were not kept for their kind
    every: int = 1
    kept: Series = EMPTY
    sampled: Mask = field(default_factory=lambda: np.zeros(0, bool))
    hidden: Hidden = ALL_SHOWN

    @property
    def is_whole(self) -> bool:
        """Nothing of it is hidden."""
        return len(self.kept) == self.points


NOTHING = Past()
Memory = Mapping[str, Past]  # by the metric's name


def settled(past: Past, fresh: Series, recent: int = RECENT) -> tuple[Past, Series]:
    """The past and what comes after it, with all but the newest points taken into the past."""
    if len(fresh) <= recent + SLACK:
        return past, fresh
    oldest = fresh.steps[len(fresh) - recent]  # that stays, and with it all points of its step
    count = int(np.searchsorted(fresh.steps, oldest))
    if not count:
        return past, fresh
    left = fresh.where(np.arange(len(fresh)) >= count)  # a copy: nothing holds on to the others
    return absorbed(past, fresh, count), left


def absorbed(past: Past, fresh: Series, count: int) -> Past:
    """With the first `count` points of `fresh`, which follow on the past by their steps."""
    old = fresh.cut(0, count)
    kinds = _kinds(past, fresh, count)
    ranks = [np.cumsum(kind) + seen for kind, seen in zip(kinds, past.kinds, strict=True)]
    pairs = zip(kinds, ranks, strict=True)
    first = np.logical_or.reduce([kind & (rank <= FIRST) for kind, rank in pairs])
    numbers = past.rest + np.cumsum(~first) - 1
    picked = ~first & (numbers % past.every == 0)
    chosen = first | picked
    finite = old.finite.values
    rest = past.rest + int((~first).sum())
    every, kept, sampled = _thinned(
        past.every,
        joined([past.kept, old.where(chosen)]),
        np.concatenate([past.sampled, picked[chosen]]),
    )
    seen, total = kept.finite.values, past.total + counted(finite)
    return Past(
        step=int(old.steps[-1]),
        points=past.points + count,
        last=float(old.values[-1]),
        finite=past.finite + len(finite),
        total=total,
        kinds=tuple(int(rank[-1]) for rank in ranks),
        rest=rest,
        every=every,
        kept=kept,
        sampled=sampled,
        hidden=Hidden(past.finite + len(finite) - len(seen), max(0.0, total - counted(seen))),
    )


def shown(past: Past, fresh: Series) -> Series:
    """The curve as rules see it."""
    return joined([past.kept, fresh]) if len(past.kept) else fresh


def _kinds(past: Past, fresh: Series, count: int) -> list[Mask]:
    """Of each of the points to be taken in. A change shows on both of its sides."""
    values = fresh.values[:count]
    before = np.concatenate([[past.last], values[:-1]])
    after = np.concatenate([fresh.values[1 : count + 1], values[len(fresh) - 1 :]])
    changed = (values != before) | (values != after)
    return [values > 0, values < 0, values == 0, ~np.isfinite(values), changed]


def _thinned(every: int, kept: Series, sampled: Mask) -> tuple[int, Series, Mask]:
    """With half of the sample, until it is small enough."""
    while sampled.sum() > SAMPLE:
        every *= 2
        left = np.ones(len(kept), bool)
        left[np.flatnonzero(sampled)[1::2]] = False
        kept, sampled = kept.where(left), sampled[left]
    return every, kept, sampled


def pack(memory: Memory) -> bytes:
    """As it is kept: a header, then plain columns, quick to read."""
    header = msgspec.msgpack.encode([_header(name, past) for name, past in memory.items()])
    padding = bytes(-(4 + len(header)) % 8)  # so that the columns lie where numpy likes them
    columns = [
        column.tobytes()
        for past in memory.values()
        for column in (past.kept.steps, past.kept.times, past.kept.values)
    ]
    flags = [past.sampled.tobytes() for past in memory.values()]
    return b"".join([len(header).to_bytes(4, "little"), header, padding, *columns, *flags])


def _header(name: str, past: Past) -> tuple[Any, ...]:
    sums = (past.step, past.points, past.last, past.finite, past.total)
    hidden = past.hidden.count, past.hidden.total
    return name, len(past.kept), (*sums, past.kinds, past.rest, past.every, *hidden)


def unpack(data: bytes) -> dict[str, Past]:
    """The inverse of `pack`."""
    end = 4 + int.from_bytes(data[:4], "little")
    header = msgspec.msgpack.decode(data[4:end])
    begin = end + -end % 8
    flags = begin + 24 * sum(count for _name, count, _sums in header)
    memory = {}
    for name, count, (step, points, last, finite, total, kinds, rest, every, *hidden) in header:
        kept = Series(
            np.frombuffer(data, np.int64, count, begin),
            np.frombuffer(data, np.float64, count, begin + 8 * count),
            np.frombuffer(data, np.float64, count, begin + 16 * count),
        )
        sampled = np.frombuffer(data, np.bool_, count, flags)
        memory[name] = Past(
            *(step, points, last, finite, total, tuple(kinds), rest, every, kept, sampled),
            Hidden(*hidden),
        )
        begin, flags = begin + 24 * count, flags + count
    return memory
