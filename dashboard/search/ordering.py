"""The order of the runs: any field, up or down; runs without a value come last either way.

An order is a row of segments, one after the other, each of which an index gives in its order: the
numbers of a param, then its texts, then the runs that do not have it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext as _

from dashboard.health.labels import STATES
from dashboard.metrics import ranking
from dashboard.runs.models import Project
from dashboard.search.errors import Misread
from dashboard.search.expressions import duration
from dashboard.search.fields import Field, Kind, read_field
from dashboard.search.models import Param, Standing
from dashboard.search.near import near
from dashboard.search.sources import TIME_COLUMNS

DEFAULT = "-created"


@dataclass(frozen=True)
class Segment:
    """Runs in the order of one column; ties, and all where there is no column, by id."""

    where: Q = field(default_factory=Q)
    column: str = ""
    down: bool = False
    aliases: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    field: Field
    down: bool
    segments: Sequence[Segment]

    def __str__(self) -> str:
        return f"{'-' if self.down else ''}{self.field}"


def read_order(text: str, now: dt.datetime) -> Order:
    """Of `created`, `-metrics.eval/map.max`. Misread: there is no such order."""
    text = text.strip() or DEFAULT
    down = text.startswith("-")
    asked = read_field(text.removeprefix("-"))
    if not sortable(asked):
        told = _("Runs cannot be sorted by “%(name)s”.") % {"name": text}
        raise Misread(told, (0, len(text)), near(str(asked)))
    return Order(asked, down, ORDERS[_kind(asked)](asked, down, now))


def sortable(asked: Field) -> bool:
    return asked.kind is not None and str(asked) not in ("note", "tag", "id", "cause")


def _kind(asked: Field) -> str:
    """Which of ORDERS gives a field's segments."""
    special = asked.name in ("health", "user", "project", "created")
    return asked.name if special and not asked.group else str(asked.kind)


def _nothing(missing: Q) -> Segment:
    """The runs without a value, newest first."""
    return Segment(missing, "created_at", down=True)


def _created(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    return [Segment(column="created_at", down=down)]


def _text(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    there = Q(**{f"{asked.name}__gt": ""})
    return [Segment(there, asked.name, down), _nothing(Q(**{asked.name: ""}))]


def _number(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    return [Segment(column=asked.name, down=down)]


def _time(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    column = TIME_COLUMNS[asked.name]
    there = Q(**{f"{column}__isnull": False})
    return [Segment(there, column, down), _nothing(Q(**{f"{column}__isnull": True}))]


def _duration(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    aliases = {"seconds": duration(now)}
    there = Q(started_at__isnull=False)
    return [Segment(there, "seconds", down, aliases), _nothing(Q(started_at__isnull=True))]


def _health(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    states = [Segment(Q(examination__state=s), down=down) for s in _turned(STATES, down)]
    return [*states, _nothing(Q(examination__isnull=True))]


def _state(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    mine = FilteredRelation("standings", condition=Q(standings__rule=asked.name))
    states = [
        Segment(Q(ordered__state=s), down=down, aliases={"ordered": mine})
        for s in _turned(STATES, down)
    ]
    rows = Standing.objects.filter(rule=asked.name)
    return [*states, _nothing(_none_of(rows))]


def _user(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    ids = User.objects.order_by("username").values_list("pk", flat=True)
    owned = [Segment(Q(launched_by=pk), down=down) for pk in _turned(list(ids), down)]
    return [*owned, _nothing(Q(launched_by__isnull=True))]


def _project(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    ids = Project.objects.order_by("name").values_list("pk", flat=True)
    return [Segment(Q(project=pk), "number", down) for pk in _turned(list(ids), down)]


def _param(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    mine = {"ordered": FilteredRelation("params", condition=Q(params__name=asked.name))}
    numbers = Segment(Q(ordered__number__isnull=False), "ordered__number", down, mine)
    text = Q(ordered__number__isnull=True, ordered__text__isnull=False)
    texts = Segment(text, "ordered__text", down, mine)
    return [numbers, texts, _nothing(_none_of(Param.objects.filter(name=asked.name)))]


def _metric(asked: Field, down: bool, now: dt.datetime) -> list[Segment]:  # noqa: FBT001
    relation, column = ranking.RELATION, ranking.column(asked.part)
    mine = {"ordered": FilteredRelation(relation, condition=Q(**{f"{relation}__name": asked.name}))}
    there = Q(**{f"ordered__{column}__isnull": False})
    rows = ranking.rows(asked.name).filter(ranking.is_number(asked.part))
    return [Segment(there, f"ordered__{column}", down, mine), _nothing(_none_of(rows))]


def _none_of(rows: Any) -> Q:
    return ~Q(Exists(rows.filter(run_id=OuterRef("pk"))))


def _turned(values: Sequence[Any], down: bool) -> Sequence[Any]:  # noqa: FBT001
    return values[::-1] if down else values


ORDERS: dict[str, Callable[[Field, bool, dt.datetime], list[Segment]]] = {
    "created": _created,
    "health": _health,
    "user": _user,
    "project": _project,
    Kind.TEXT: _text,
    Kind.STATUS: _text,
    Kind.NUMBER: _number,
    Kind.TIME: _time,
    Kind.DURATION: _duration,
    Kind.STATE: _state,
    Kind.PARAM: _param,
    Kind.METRIC: _metric,
}
