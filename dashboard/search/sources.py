"""Which indexed table answers a field, and how its values compare there."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dashboard.health.labels import STATES
from dashboard.health.models import Examination
from dashboard.health.rules import RULES
from dashboard.metrics import ranking
from dashboard.runs.models import Run, Status
from dashboard.search import values
from dashboard.search.errors import Misread
from dashboard.search.expressions import duration
from dashboard.search.fields import Kind
from dashboard.search.models import AGAINST, LONGEST_TEXT, Param, Standing, Tag, Words
from dashboard.search.near import near
from dashboard.search.syntax import Comparison, Value

TEXT_COLUMNS = {"project": "project__name", "user": "launched_by__username"}
TIME_COLUMNS = {"created": "created_at", "started": "started_at", "finished": "finished_at"}
LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}

Fits = Callable[[Value], Q]
Ordered = Callable[[str, Value], Q]  # operator, value


@dataclass(frozen=True)
class Scope:
    """Among which runs is searched, and when: times count from `now`. Never among trashed ones."""

    archived: bool
    now: dt.datetime

    @property
    def runs(self) -> QuerySet[Run]:
        if not self.archived:
            return Run.objects.filter(archived_at__isnull=True)
        return Run.objects.filter(archived_at__isnull=False, trashed_at__isnull=True)


@dataclass(frozen=True)
class Source:
    """Rows of one table, at most one a run unless `many`; `key` holds the run's id."""

    rows: QuerySet[Any]
    equal: Fits
    key: str = "run_id"
    present: Q = field(default_factory=Q)  # which of the rows hold a value
    ordered: Ordered | None = None
    contains: Fits | None = None
    nan: Q | None = None
    many: bool = False


def source(comparison: Comparison, scope: Scope) -> Source:
    """Misread: the field does not exist."""
    kind = comparison.field.kind
    if kind is None:
        raise unknown(comparison)
    return SOURCES[kind](comparison, scope)


def unknown(comparison: Comparison) -> Misread:
    spelled = comparison.spelled or str(comparison.field)
    told = _("There is no field “%(name)s”.") % {"name": spelled}
    return Misread(told, comparison.span, near(spelled))


def _text(comparison: Comparison, scope: Scope) -> Source:
    name = comparison.field.name
    if name == "cause":
        return _cause()
    if name == "note":
        rows: QuerySet[Any] = Words.objects.all()
        return _text_column(rows, "note", "run_id")
    return _text_column(scope.runs, TEXT_COLUMNS.get(name, name), "pk")


def _cause() -> Source:
    """The likeliest cause of whatever stands against a run, in English."""
    return Source(
        Standing.objects.filter(state__in=AGAINST, cause__gt=""),
        equal=lambda value: Q(cause=value.text),
        contains=lambda value: Q(cause__icontains=value.text),
        many=True,
    )


def _text_column(rows: QuerySet[Any], column: str, key: str) -> Source:
    return Source(
        rows,
        equal=lambda value: Q(**{column: value.text}),
        key=key,
        present=Q(**{f"{column}__gt": ""}),
        contains=lambda value: Q(**{f"{column}__icontains": value.text}),
    )


def _number(comparison: Comparison, scope: Scope) -> Source:
    column = comparison.field.name

    def ordered(operator: str, value: Value) -> Q:
        return whole(column, operator, _read_number(comparison, value))

    return Source(scope.runs, lambda value: ordered("=", value), "pk", ordered=ordered)


def whole(column: str, operator: str, number: float) -> Q:
    """An integer column beside any number."""
    if not math.isfinite(number):
        kept = (operator in ("<", "<=")) == (number > 0) and operator != "="
        return Q(pk__isnull=not kept)
    low, high = math.floor(number), math.ceil(number)
    if operator == "=":
        return Q(**{column: low}) if low == high else Q(pk__isnull=True)
    bound = {"<": high - 1, "<=": low, ">": low + 1, ">=": high}[operator]
    return Q(**{f"{column}__lte" if operator[0] == "<" else f"{column}__gte": bound})


def _time(comparison: Comparison, scope: Scope) -> Source:
    column = TIME_COLUMNS[comparison.field.name]

    def ordered(operator: str, value: Value) -> Q:
        start, end = _read_period(value, scope.now)
        bounds = {
            "=": Q(**{f"{column}__gte": start, f"{column}__lt": end}),
            "<": Q(**{f"{column}__lt": start}),
            "<=": Q(**{f"{column}__lt": end}),
            ">": Q(**{f"{column}__gte": end}),
            ">=": Q(**{f"{column}__gte": start}),
        }
        return bounds[operator]

    present = Q(**{f"{column}__isnull": False})
    return Source(
        scope.runs, lambda value: ordered("=", value), "pk", present=present, ordered=ordered
    )


def _duration(comparison: Comparison, scope: Scope) -> Source:
    def ordered(operator: str, value: Value) -> Q:
        lookup = LOOKUPS.get(operator, "exact")
        return Q(**{f"seconds__{lookup}": _read_seconds(value)})

    rows = scope.runs.alias(seconds=duration(scope.now))
    present = Q(started_at__isnull=False)
    return Source(rows, lambda value: ordered("=", value), "pk", present=present, ordered=ordered)


def _status(comparison: Comparison, scope: Scope) -> Source:
    words = {status.value: status.value for status in Status}
    words |= {str(status.label).casefold(): status.value for status in Status}
    return Source(scope.runs, lambda value: Q(status=_choice(value, words)), "pk")


def _state(comparison: Comparison, scope: Scope) -> Source:
    words = {state: state for state in STATES}
    rows: QuerySet[Any] = Examination.objects.all()
    if comparison.field.group:
        rows = Standing.objects.filter(rule=_rule(comparison))
    return Source(rows, lambda value: Q(state=_choice(value, words)))


def _rule(comparison: Comparison) -> str:
    """The rule's name, which may be given as its number in the catalogue."""
    asked = comparison.field.name
    for rule in RULES:
        if asked.lower() in (rule.name, rule.id.lower()):
            return rule.name
    told = _("There is no rule “%(name)s”.") % {"name": asked}
    raise Misread(told, comparison.span, near(asked, [rule.name for rule in RULES], "verdict."))


def _tag(comparison: Comparison, scope: Scope) -> Source:
    return Source(
        Tag.objects.all(),
        equal=lambda value: Q(name=value.text[:LONGEST_TEXT]),
        contains=lambda value: Q(name__icontains=value.text),
        many=True,
    )


def _param(comparison: Comparison, scope: Scope) -> Source:
    def equal(value: Value) -> Q:
        text = value.text
        if not value.quoted and text.lower() in ("true", "false"):
            text = text.lower()
        same = Q(text=text[:LONGEST_TEXT])
        number = None if value.quoted else values.number(text)
        return same if number is None else same | Q(number=number)

    def ordered(operator: str, value: Value) -> Q:
        number = _read_number(comparison, value)
        return Q(**{f"number__{LOOKUPS[operator]}": number})

    return Source(
        Param.objects.filter(name=comparison.field.name),
        equal=equal,
        ordered=ordered,
        contains=lambda value: Q(text__icontains=value.text),
    )


def _metric(comparison: Comparison, scope: Scope) -> Source:
    asked = comparison.field
    column = ranking.column(asked.part)

    def ordered(operator: str, value: Value) -> Q:
        number = _read_number(comparison, value)
        return Q(**{f"{column}__{LOOKUPS.get(operator, 'exact')}": number})

    return Source(
        ranking.rows(asked.name),
        equal=lambda value: ordered("=", value),
        present=ranking.is_number(asked.part),
        ordered=ordered,
        nan=ranking.is_nan(asked.part),
    )


SOURCES: dict[Kind, Callable[[Comparison, Scope], Source]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.TIME: _time,
    Kind.DURATION: _duration,
    Kind.STATUS: _status,
    Kind.TAG: _tag,
    Kind.STATE: _state,
    Kind.PARAM: _param,
    Kind.METRIC: _metric,
}


def _read_number(comparison: Comparison, value: Value) -> float:
    number = values.number(value.text)
    if number is None:
        told = _("“%(field)s” is compared with numbers, and “%(value)s” is none.")
        raise Misread(told % {"field": comparison.field, "value": value.text}, value.span)
    if math.isnan(number):
        raise Misread(_("NaN equals nothing. Ask with “is nan”."), value.span)
    return number


def _read_seconds(value: Value) -> float:
    seconds = values.seconds(value.text)
    if seconds is None:
        told = _("“%(value)s” is no duration. These are: 90s, 5m, 2h30m, 1.5d.")
        raise Misread(told % {"value": value.text}, value.span)
    return seconds


def _read_period(value: Value, now: dt.datetime) -> values.Period:
    period = values.period(value.text, now)
    if period is None:
        told = _("“%(value)s” is no time. These are: 2026-11-01, 2026-11-01T09:30, -7d, today.")
        raise Misread(told % {"value": value.text}, value.span)
    return period


def _choice(value: Value, words: dict[str, str]) -> str:
    chosen = words.get(value.text.casefold())
    if chosen is None:
        known = ", ".join(dict.fromkeys(words.values()))
        told = _("“%(value)s” is none of: %(known)s.") % {"value": value.text, "known": known}
        raise Misread(told, value.span, near(value.text, list(words.values())))
    return chosen
