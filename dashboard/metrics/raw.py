"""All points of curves: for rules, for smoothing, and what a resume left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, TypeVar

from dashboard.metrics import asking
from dashboard.metrics.attempts import NEVER, starts_of
from dashboard.metrics.holdings import (
    Heading,
    Holding,
    holdings,
    holdings_beyond,
    holdings_newest,
    opened,
    snapshot,
)
from dashboard.metrics.models import Curve, Ledger
from dashboard.metrics.planning import Plan, plan, points, tail_that_counts
from dashboard.metrics.series import Series, joined
from dashboard.metrics.window import WHOLE, Span

Key = TypeVar("Key")
ENOUGH = 3  # chunks that hold a curve's newest points, as a rule
NONE = -1  # a step that no point lies before


def read(run_id: str, names: Iterable[str] | None = None) -> dict[str, Series]:
    """The curves by name, all of them where `names` is None; names without points are left out.

    Where a resumed attempt overlaps an earlier one, only the newest attempt's points are read.
    Costs as much as the run is long: `read_windows` draws, `read_newest` looks at the end.
    """
    with snapshot():
        plans = _plans(run_id, names)
        return _read(plans, {name: _chunks(one) for name, one in plans.items()})


def read_newest(run_id: str, names: Iterable[str] | None, count: int) -> dict[str, Series]:
    """The last `count` points of each curve by step: only the chunks that hold them are opened."""
    with snapshot():
        plans = _plans(run_id, names)
        found = _read(plans, {name: _newest(one, count) for name, one in plans.items()})
    return {name: series.last(count) for name, series in found.items()}


def newest(
    run_ids: Iterable[str], count: int, names: Collection[str] | None = None
) -> dict[str, dict[str, Series]]:
    """The same of several runs, in as many questions as for one; by run and name.

    Of each curve the last chunks are looked at; only where these may not hold its newest points,
    since attempts overlap or points came out of order, all of its chunks' headings are.
    """
    wanted = list(run_ids)
    found: dict[str, dict[str, Series]] = {run_id: {} for run_id in wanted}
    with snapshot():
        held = holdings_newest(wanted, names, ENOUGH)
        ends, doubtful = _ends(held, count)
        again = holdings(wanted, {name for _, name in doubtful}) if doubtful else {}
        rest = {key: again[key[0]][key[1]] for key in doubtful}
        plans = {key: p for key, one in rest.items() if (p := plan(one, WHOLE)) is not None}
        ends |= _read(plans, {key: _newest(one, count) for key, one in plans.items()})
    for (run_id, name), series in sorted(ends.items()):
        found[run_id][name] = series.last(count)
    return found


def _ends(
    held: Mapping[str, Mapping[str, Holding]], count: int
) -> tuple[dict[tuple[str, str], Series], list[tuple[str, str]]]:
    """The points of the chunks that reach furthest, and the curves of which these may be too few.

    A chunk that was not read reaches no further than those that were.
    """
    every = {(run, name): one for run, curves in held.items() for name, one in curves.items()}
    plans = {key: p for key, one in every.items() if (p := plan(one, WHOLE)) is not None}
    series = _read(plans, {key: _newest(one, count) for key, one in plans.items()})
    doubtful = [key for key, one in every.items() if _may_lack(one, series.get(key), count)]
    return {key: one for key, one in series.items() if key not in set(doubtful)}, doubtful


def _may_lack(one: Holding, found: Series | None, count: int) -> bool:
    if len(one.chunks) < ENOUGH:
        return False  # these are all
    reached = min(chunk.last_step for chunk in one.chunks)
    return found is None or int((found.steps > reached).sum()) < count


class Beyond(NamedTuple):
    """New points of curves by name, as of one moment, and what tells whether the old ones hold.

    counts: points of each whole curve; stored: points of the run, superseded ones too
    """

    curves: dict[str, Series]
    counts: dict[str, int]
    starts: list[tuple[int, int]]
    stored: int


def read_beyond(run_id: str, steps: Mapping[str, int]) -> Beyond:
    """The points of each curve beyond the step given for it; all where none is given.

    Costs as much as it reads, however long the run is.
    """
    with snapshot():
        held = holdings_beyond(run_id, steps)
        straight = {name: one for name, one in held.items() if _is_straight(one)}
        read = opened([chunk for one in straight.values() for chunk in one.chunks])
        found = {
            name: _straight(one, steps.get(name, NONE), read) for name, one in straight.items()
        }
        plans = {
            name: planned
            for name, one in held.items()
            if name not in straight
            and (planned := plan(one, Span(low=steps.get(name, NONE) + 1))) is not None
        }
        counts = "SELECT name, count FROM metrics_curve WHERE count > 0 AND run_id"
        return Beyond(
            found | _read(plans, {name: _chunks(one) for name, one in plans.items()}),
            dict(asking.rows(counts, [run_id])),
            sorted(starts_of([run_id])[run_id]),
            stored([run_id])[run_id],
        )


def _is_straight(one: Holding) -> bool:
    """Whether what is held is of one attempt, after which none came: all of its points count."""
    attempts = {chunk.attempt for chunk in one.chunks} | {attempt for attempt, _ in one.tail}
    return len(attempts) == 1 and one.end_of(min(attempts)) >= NEVER


def _straight(one: Holding, step: int, read: Mapping[int, Series]) -> Series:
    """The points beyond a step, as a plan would find them."""
    parts = [read[chunk.pk] for chunk in one.chunks] + [series for _, series in one.tail]
    beyond = [series.where(series.steps > step) for series in parts]  # copies: chunks are let go
    return joined(beyond).by_step()


def stored(run_ids: Iterable[str]) -> dict[str, int]:
    """How many points were ever stored of each run: the number only grows."""
    wanted = list(run_ids)
    known = Ledger.objects.filter(run_id__in=wanted).values_list("run_id", "stored")
    return dict.fromkeys(wanted, 0) | dict(known)


def read_superseded(run_id: str, names: Iterable[str]) -> dict[str, dict[int, Series]]:
    """By name and attempt: what an attempt logged beyond the step at which a later one went on."""
    stale = Curve.objects.filter(run_id=run_id, name__in=list(names))
    with snapshot():
        wanted = [c.name for c in stale.only("name", "stored", "count") if c.stored > c.count]
        held = holdings([run_id], wanted)[run_id] if wanted else {}
        read = opened([c for one in held.values() for c in one.chunks if _is_stale(c, one)])
        return {name: _stale(one, read) for name, one in held.items()}


def _plans(run_id: str, names: Iterable[str] | None) -> dict[str, Plan]:
    held = holdings([run_id], None if names is None else list(names))[run_id]
    return {name: found for name, one in held.items() if (found := plan(one, WHOLE)) is not None}


def _read(plans: Mapping[Key, Plan], chosen: Mapping[Key, list[Heading]]) -> dict[Key, Series]:
    read = opened([chunk for chunks in chosen.values() for chunk in chunks])
    return {key: points(one, chosen[key], read) for key, one in plans.items()}


def _chunks(one: Plan) -> list[Heading]:
    """Those with points that count, in the order in which they came."""
    counting = {chunk.pk for chunk in (*one.whole, *one.opened)}
    return [chunk for chunk in one.holding.chunks if chunk.pk in counting]


def _newest(one: Plan, count: int) -> list[Heading]:
    """Chunks enough that no `count` points outside of them and of the tail are newer."""
    tails = [series for _, series in tail_that_counts(one.holding)]
    chosen: list[Heading] = []
    for chunk in sorted(_chunks(one), key=lambda chunk: chunk.last_step, reverse=True):
        newer = sum(int((series.steps >= chunk.last_step).sum()) for series in tails)
        newer += sum(c.points for c in chosen if c.first_step >= chunk.last_step)
        if newer >= count:
            break
        chosen.append(chunk)
    return [chunk for chunk in _chunks(one) if chunk in chosen]


def _is_stale(chunk: Heading, holding: Holding) -> bool:
    return chunk.last_step > holding.end_of(chunk.attempt)


def _stale(holding: Holding, read: Mapping[int, Series]) -> dict[int, Series]:
    parts: dict[int, list[Series]] = {}
    for chunk in holding.chunks:
        if chunk.pk in read:
            parts.setdefault(chunk.attempt, []).append(read[chunk.pk])
    for attempt, series in holding.tail:
        parts.setdefault(attempt, []).append(series)
    found = {}
    for attempt, several in sorted(parts.items()):
        series = joined(several)
        beyond = series.where(series.steps > holding.end_of(attempt)).by_step()
        if len(beyond):
            found[attempt] = beyond
    return found
