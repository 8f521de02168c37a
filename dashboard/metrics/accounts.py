"""The integrity ledger: everything that was sent for a run, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Sum

from dashboard.metrics.holdings import snapshot
from dashboard.metrics.models import Chunk, Curve, Event, Journal, Ledger, Tail


@dataclass(frozen=True)
class Intake:
    """How much of a run arrived, and what of it could not be stored."""

    points: int = 0
    rejected: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Account:
    """A run's points, counted where they came in and again where they are kept.

    sent: in the lines that arrived = stored + rejected. held: found in the tables = stored = shown
    + superseded (logged beyond the step at which a later attempt went on). Of those stored, late
    had a step behind the newest of their attempt, repeated the newest once more, ahead a wall time
    in the future. refused: lines that could not be read as events, of all lines. again: bytes that
    came twice; gaps: posts sent back because bytes before them lacked, which cost nothing.
    logged: points by the trainer's own count, None while it has not ended or does not count.
    """

    sent: int = 0
    stored: int = 0
    rejected: int = 0
    held: int = 0
    shown: int = 0
    superseded: int = 0
    late: int = 0
    repeated: int = 0
    ahead: int = 0
    lines: int = 0
    refused: int = 0
    again: int = 0
    gaps: int = 0
    logged: int | None = None
    rejections: list[dict[str, Any]] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Points that were acknowledged and are not there; below 0, points that nobody sent."""
        return max((self.stored - self.held, self.stored - self.shown - self.superseded), key=abs)

    @property
    def unsent(self) -> int:
        """Points that the trainer logged and that never arrived."""
        return 0 if self.logged is None else self.logged - self.sent

    @property
    def balanced(self) -> bool:
        return self.sent == self.stored + self.rejected and not self.missing and not self.unsent


def account(run_id: str) -> Account:
    """Costs one look at the headings of the run's chunks."""
    with snapshot():
        ledger = Ledger.objects.filter(run_id=run_id).first() or Ledger(run_id=run_id)
        curves = Curve.objects.filter(run_id=run_id).aggregate(n=Sum("count"), all=Sum("stored"))
        sealed = Chunk.objects.filter(curve__run_id=run_id).aggregate(n=Sum("count"))["n"] or 0
        tail = Tail.objects.filter(run_id=run_id).aggregate(n=Sum("points"))["n"] or 0
        counted = ("sent", "stored", "rejected", "late", "repeated", "ahead", "lines", "refused")
        return Account(
            **{name: getattr(ledger, name) for name in (*counted, "again", "gaps")},
            held=sealed + tail,
            shown=curves["n"] or 0,
            superseded=(curves["all"] or 0) - (curves["n"] or 0),
            logged=_logged(run_id),
            rejections=_rejections(run_id),
        )


def intake(run_id: str) -> Intake:
    """Points stored and lines refused, over all of the run's directories."""
    journals = list(Journal.objects.filter(run_id=run_id))
    return Intake(
        sum(j.points for j in journals), sum(j.rejected for j in journals), _rejections(run_id)
    )


def _rejections(run_id: str) -> list[dict[str, Any]]:
    kept = Journal.objects.filter(run_id=run_id).order_by("pk")
    return [told for told_ in kept.values_list("rejections", flat=True) for told in told_]


def _logged(run_id: str) -> int | None:
    """What the attempts counted themselves; None where one of them did not live to tell."""
    happened = Event.objects.filter(run_id=run_id, kind__in=["start", "end"])
    started, told = set(), {}
    for kind, attempt, data in happened.values_list("kind", "attempt", "data"):
        started.add(attempt)
        if kind == "end" and isinstance(points := data.get("points"), int):
            told[attempt] = points
    return sum(told.values()) if told and started == told.keys() else None
