"""Windows of many curves of many runs, read together: summaries where they do, points else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from dashboard.metrics import buckets, codec
from dashboard.metrics.buckets import NAMES, Buckets
from dashboard.metrics.chunks import COARSE, FINE
from dashboard.metrics.holdings import Heading, holdings, opened, snapshot, summaries
from dashboard.metrics.planning import Plan, plan, points
from dashboard.metrics.series import Series
from dashboard.metrics.window import WHOLE, Span, Window

Key = tuple[str, str]  # run and metric
Summaries = Mapping[int, bytes]  # by the chunk's number


def read_windows(
    spans: Mapping[str, Span], names: Collection[str] | None = None, most: int = 1000
) -> dict[str, dict[str, Window]]:
    """By run and metric: each curve's window as about `most` buckets that keep every extreme.

    spans: of each run. Curves without a point in all are left out; a window may be empty.
    ValueError where most < 1.
    """
    with snapshot():
        held = holdings(spans, names)
        plans = {
            (run, name): found
            for run, curves in held.items()
            for name, holding in curves.items()
            if (found := plan(holding, spans[run])) is not None
        }
        return _read(list(spans), plans, most)


def read_window(run_id: str, name: str, span: Span = WHOLE, most: int = 1000) -> Window | None:
    """One of them; None where the curve has no point."""
    return read_windows({run_id: span}, [name], most)[run_id].get(name)


def _read(
    run_ids: Iterable[str], plans: Mapping[Key, Plan], most: int
) -> dict[str, dict[str, Window]]:
    widths = {key: one.width(most) for key, one in plans.items()}
    ready = summaries("coarse", _whole(plans, widths, COARSE))
    ready |= summaries("fine", _whole(plans, widths, FINE))
    read = opened([c for one in plans.values() for c in _to_open(one, ready)])
    drawn = _thinned([_assembled(one, ready, read) for one in plans.values()], most)
    found: dict[str, dict[str, Window]] = {run_id: {} for run_id in run_ids}
    for ((run_id, name), one), some in zip(plans.items(), drawn, strict=True):
        found[run_id][name] = Window(some, one.began, one.ended)
    return found


def _whole(plans: Mapping[Key, Plan], widths: Mapping[Key, int], width: int) -> list[int]:
    return [c.pk for key, one in plans.items() if widths[key] == width for c in one.whole]


def _to_open(one: Plan, ready: Summaries) -> list[Heading]:
    """In the order in which their points came."""
    closed = {chunk.pk for chunk in one.whole if chunk.pk in ready}
    wanted = {chunk.pk for chunk in (*one.whole, *one.opened)} - closed
    return [chunk for chunk in one.holding.chunks if chunk.pk in wanted]


def _assembled(one: Plan, ready: Summaries, read: Mapping[int, Series]) -> Buckets:
    series = points(one, _to_open(one, ready), read)
    parts = [buckets.of_points(series)] if len(series) else []
    if records := [ready[chunk.pk] for chunk in one.whole if chunk.pk in ready]:
        parts.insert(0, codec.buckets(b"".join(records)))
    return _in_order(buckets.joined(parts))


def _in_order(found: Buckets) -> Buckets:
    if (found.first_step[1:] >= found.last_step[:-1]).all():
        return found
    order = np.lexsort((found.last_step, found.first_step))
    return Buckets(*(getattr(found, name)[order] for name in NAMES))


def _thinned(found: list[Buckets], most: int) -> list[Buckets]:
    """Those that have too many, together: numpy takes as long for one short array as for a long."""
    wide = [one.points > 2 * most or len(one) < one.points for one in found]
    thin = iter(buckets.thinned_each([o for o, is_ in zip(found, wide, strict=True) if is_], most))
    return [next(thin) if is_ else one for one, is_ in zip(found, wide, strict=True)]
