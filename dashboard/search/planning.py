"""From a query's tree to one condition of SQL.

A database guesses badly how many runs a condition keeps (SQLite does not guess at all), and the
wrong way round costs a second at 100,000 runs. So every condition is tried first, for a
millisecond: where few rows fit, their runs are known at once; where some do, they are asked for as
a set; where most do, each run is probed, for a page is full after a few of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from dashboard.search.fitting import Fit, fit
from dashboard.search.sources import Scope
from dashboard.search.syntax import And, Node, Not, Or

FEW = 1_000  # runs that are named one by one
SOME = 5_000  # rows that are gathered as a set


@dataclass(frozen=True)
class Plan:
    """Which runs fit: those of `known` that fit the rest, as far as these are given.

    where: the rest, written for a page of runs. whole: the same, written for counting them all.
    """

    known: frozenset[str] | None = None
    where: Q | None = None
    whole: Q | None = None

    def condition(self) -> Q:
        return self._among(self.where)

    def counted(self) -> Q:
        return self._among(self.whole)

    def _among(self, rest: Q | None) -> Q:
        parts = [] if self.known is None else [Q(pk__in=sorted(self.known))]
        parts += [] if rest is None else [rest]
        return reduce(and_, parts, Q())


def plan(node: Node | None, scope: Scope) -> Plan:
    """Misread: a condition makes no sense. Costs a short question a condition."""
    match node:
        case None:
            return Plan()
        case And(parts):
            return _all([plan(part, scope) for part in parts])
        case Or(parts):
            return _any([plan(part, scope) for part in parts])
        case Not(part):
            return _none(plan(part, scope))
        case _:
            return _any([_tried(found) for found in fit(node, scope)])


def _tried(found: Fit) -> Plan:
    ids = list(found.ids[: FEW + 1])
    if len(ids) <= FEW:
        one = Plan(known=frozenset(ids))
    else:
        many = found.ids[: SOME + 1].count() > SOME
        one = Plan(where=found.by_probe() if many else found.by_set(), whole=found.by_set())
    return _none(one) if found.absent else one


def _none(plan: Plan) -> Plan:
    return Plan(where=~plan.condition(), whole=~plan.counted())


def _all(plans: list[Plan]) -> Plan:
    known = [plan.known for plan in plans if plan.known is not None]
    rest = [plan for plan in plans if plan.where is not None and plan.whole is not None]
    return Plan(
        known=frozenset.intersection(*known) if known else None,
        where=reduce(and_, [plan.where for plan in rest]) if rest else None,
        whole=reduce(and_, [plan.whole for plan in rest]) if rest else None,
    )


def _any(plans: list[Plan]) -> Plan:
    if all(plan.known is not None and plan.where is None for plan in plans):
        return Plan(known=frozenset().union(*(plan.known or () for plan in plans)))
    return Plan(
        where=reduce(or_, [plan.condition() for plan in plans]),
        whole=reduce(or_, [plan.counted() for plan in plans]),
    )
