"""From one condition of a query to the rows that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dashboard.runs.models import Status
from dashboard.search.errors import Misread
from dashboard.search.models import Words
from dashboard.search.sources import LOOKUPS, Scope, Source, source
from dashboard.search.syntax import Comparison, Leaf, Word


@dataclass(frozen=True)
class Fit:
    """The runs that have one of `rows`; where `absent`, those that have none."""

    rows: QuerySet[Any]
    key: str
    absent: bool = False

    @property
    def ids(self) -> QuerySet[Any]:
        return self.rows.order_by().values_list(self.key, flat=True)

    def by_set(self) -> Q:
        """Asks the whole table once: right where few rows fit."""
        return Q(pk__in=self.ids)

    def by_probe(self) -> Q:
        """Asks for each run in turn: right where most runs fit, and a page is soon full."""
        return Q(Exists(self.rows.order_by().filter(**{self.key: OuterRef("pk")})))


def fit(leaf: Leaf, scope: Scope) -> list[Fit]:
    """Fits of which any will do. Misread: the condition makes no sense."""
    if isinstance(leaf, Word):
        return _word(leaf, scope)
    found = source(leaf, scope)
    rows, absent = _rows(leaf, found)
    return [Fit(found.rows.filter(rows), found.key, absent)]


def _word(word: Word, scope: Scope) -> list[Fit]:
    """A name, note, tag … that holds the text, or a status that begins with it in any language."""
    low = word.text.casefold()
    fits = [Fit(Words.objects.filter(text__contains=low), "run_id")]
    statuses = [
        s.value for s in Status if s.value.startswith(low) or s.label.casefold().startswith(low)
    ]
    if low and statuses:
        fits.append(Fit(scope.runs.filter(status__in=statuses), "pk"))
    return fits


def _rows(leaf: Comparison, source: Source) -> tuple[Q, bool]:
    """Which rows are meant, and whether it is their absence."""
    match leaf.operator:
        case "null":
            return source.present, True
        case "not null":
            return source.present, False
        case "=" | "in":
            return _equal(leaf, source), False
        case "!=" | "not in" if source.many:
            return _equal(leaf, source), True
        case "!=" | "not in":
            return source.present & ~_equal(leaf, source), False
        case _:
            return _special(leaf, source), False


def _special(leaf: Comparison, source: Source) -> Q:
    if leaf.operator in LOOKUPS and source.ordered:
        return source.ordered(leaf.operator, leaf.values[0])
    if leaf.operator == "~" and source.contains:
        return source.contains(leaf.values[0])
    if leaf.operator == "nan" and source.nan is not None:
        return source.nan
    raise _unsuited(leaf, source)


def _equal(leaf: Comparison, source: Source) -> Q:
    return reduce(or_, [source.equal(value) for value in leaf.values])


def _unsuited(leaf: Comparison, source: Source) -> Misread:
    able = ["=", "!="]
    able += list(LOOKUPS) if source.ordered else []
    able += ["~"] if source.contains else []
    able += ["in (…)", "is null"]
    told = _("“%(field)s” does not know “%(operator)s”. It knows: %(known)s.")
    asked = "is nan" if leaf.operator == "nan" else leaf.operator
    words = {"field": leaf.field, "operator": asked, "known": "  ".join(able)}
    return Misread(told % words, leaf.span)
