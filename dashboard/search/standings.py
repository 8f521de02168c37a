"""What the rules say across runs, from the search's table: one row a run and rule.

Costs a read of the rows that stand against runs, which an index holds apart from all others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Max, Min, Q

from dashboard.health.models import Examination
from dashboard.health.precedence import place
from dashboard.health.rule import STATES
from dashboard.search.models import AGAINST, Standing

FAILING = Q(state__in=("fail", "broken"))
WARNING = Q(state="warn")


def listed(*, archived: bool = False) -> Q:
    """What the lists of runs show: nothing trashed, and the archived ones apart."""
    return Q(run__archived_at__isnull=not archived, run__trashed_at__isnull=True)


LISTED = listed()

Counts = Mapping[str, Mapping[str, int]]  # by rule and state


@dataclass(frozen=True)
class Trouble:
    """What stands against several runs alike: the same rule, or the same likeliest cause."""

    key: str  # the rule's name, or the cause's msgid; "" where no cause is known
    runs: int
    failing: int  # of the runs
    warning: int
    oldest: str  # a run's id
    newest: str
    found: dt.datetime | None  # when it was first found so
    rules: Sequence[str]  # which see it, the most frequent first


def counts(rule: str = "", among: Q = LISTED, states: Sequence[str] = AGAINST) -> Counts:
    """How many runs each rule (or the one) gives each of the states, where there are any."""
    rows = Standing.objects.filter(among, state__in=states)
    rows = rows.filter(rule=rule) if rule else rows
    found: dict[str, dict[str, int]] = {}
    grouped = rows.values_list("rule", "state").annotate(runs=Count("run"))
    for name, state, runs in sorted(grouped, key=lambda row: STATES.index(row[1])):
        found.setdefault(name, {})[state] = runs
    return found


def totals(among: Q = LISTED) -> dict[str, int]:
    """How many runs stand in each state by their worst verdict."""
    rows = Examination.objects.filter(among).values_list("state").annotate(runs=Count("run"))
    found = dict(rows)
    return {state: found[state] for state in STATES if state in found}


def against(run_ids: Sequence[str]) -> dict[str, list[Standing]]:
    """What stands against each of the runs, worst and most explaining first."""
    found: dict[str, list[Standing]] = {}
    rows = Standing.objects.filter(run_id__in=run_ids, state__in=AGAINST)
    for row in sorted(rows, key=lambda row: place(row.state, row.rule)):
        found.setdefault(row.run_id, []).append(row)
    return found


def newest(rule: str, most: int, among: Q = LISTED) -> list[str]:
    """Ids of the runs against which the rule speaks, the newest first."""
    rows = Standing.objects.filter(among, rule=rule, state__in=AGAINST).order_by("-run_id")
    return list(rows.values_list("run_id", flat=True)[:most])


def by_rule(among: Q = LISTED) -> list[Trouble]:
    """The rules that speak against runs, those first that fail most."""
    return _gathered("rule", among, lambda rule: [rule])


def by_cause(among: Q = LISTED) -> list[Trouble]:
    """The likeliest causes; a run that two rules complain of for one cause counts once."""
    rows = Standing.objects.filter(among, state__in=AGAINST)
    seen: dict[str, list[str]] = {}
    pairs = rows.values_list("cause", "rule").annotate(runs=Count("run")).order_by("-runs", "rule")
    for cause, rule, _runs in pairs:
        seen.setdefault(cause, []).append(rule)
    return _gathered("cause", among, lambda cause: seen.get(cause, []))


def _gathered(column: str, among: Q, rules: Callable[[str], Sequence[str]]) -> list[Trouble]:
    rows = Standing.objects.filter(among, state__in=AGAINST).values(key=F(column))
    once = column == "rule"  # a run stands once for a rule: nothing to tell apart, which is dear
    grouped = rows.annotate(
        runs=Count("run", distinct=not once),
        failing=Count("run", distinct=not once, filter=FAILING),
        warning=Count("run", distinct=not once, filter=WARNING),
        oldest=Min("run_id"),  # ids grow with time
        newest=Max("run_id"),
        found=Min("since"),
    )
    found = [Trouble(**row, rules=rules(row["key"])) for row in grouped]
    return sorted(found, key=lambda one: (-one.failing, -one.warning, one.key))
