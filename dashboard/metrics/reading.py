"""What pages, rules and the API read of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.metrics.models import Curve, Event
from dashboard.runs import freshness


@dataclass(frozen=True)
class Summary:
    """One curve in a few numbers. last is NaN or infinite where the last value was."""

    name: str
    last: float
    last_step: int
    last_time: float
    min: float | None  # of the finite values; None where there are none
    max: float | None
    count: int
    nonfinite: int


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step."""

    step: int
    name: str
    text: str
    time: float


def names(run_id: str) -> list[str]:
    """The names of the run's curves, sorted."""
    return sorted(Curve.objects.filter(run_id=run_id).values_list("name", flat=True))


def summaries(run_ids: Iterable[str]) -> dict[str, dict[str, Summary]]:
    """By run and metric: its last, least and greatest value."""
    found: dict[str, dict[str, Summary]] = {run_id: {} for run_id in run_ids}
    for curve in Curve.objects.filter(run_id__in=list(found), count__gt=0).order_by("name"):
        found[curve.run_id][curve.name] = Summary(
            curve.name,
            float("nan") if curve.last is None else curve.last,
            curve.last_step,
            curve.last_time,
            curve.low,
            curve.high,
            curve.count,
            curve.nonfinite,
        )
    return found


def marks(run_id: str) -> list[Mark]:
    """What the trainer marked on its charts, in order."""
    events = Event.objects.filter(run_id=run_id, kind="mark").order_by("step", "pk")
    return [Mark(e.step, e.data.get("name", ""), e.data.get("text", ""), e.time) for e in events]


def version(run_ids: Iterable[str]) -> str:
    """Changes whenever anything that is shown of these runs does."""
    return freshness.version(run_ids)
