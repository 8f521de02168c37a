"""Pages by the keys of their first and last rows: nothing shifts while runs arrive, and the
thousandth page costs what the first does."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dashboard.runs.models import Run
from dashboard.search.errors import NOWHERE, Misread
from dashboard.search.ordering import Order, Segment
from dashboard.search.planning import Plan


@dataclass(frozen=True)
class Key:
    """Where a row stands in an order."""

    segment: int
    value: Any
    run_id: str


@dataclass(frozen=True)
class Cursor:
    """A page that begins after a key, or ends before it. now: when the walk over pages began."""

    key: Key
    backward: bool
    now: dt.datetime

    def __str__(self) -> str:
        value, kind = _plain(self.key.value)
        parts = [
            self.key.segment,
            kind,
            value,
            self.key.run_id,
            self.backward,
            self.now.isoformat(),
        ]
        return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Slice:
    """The keys of one page, and whether there are more on either side."""

    keys: Sequence[Key]
    before: bool
    after: bool


def read_cursor(text: str) -> Cursor | None:
    """Misread: it was not made here."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        segment, kind, value, run_id, backward, now = json.loads(base64.urlsafe_b64decode(padded))
        moment = dt.datetime.fromisoformat(now).astimezone(dt.UTC)
        key = Key(int(segment), _revived(value, kind), str(run_id))
        return Cursor(key, bool(backward), moment)
    except (ValueError, TypeError, OverflowError):
        raise Misread(
            _("This page's mark cannot be read; begin at the first page."), NOWHERE
        ) from None


def cut(runs: QuerySet[Run], fits: Plan, order: Order, size: int, cursor: Cursor | None) -> Slice:
    """The page of at most `size` rows at the cursor; the first one without."""
    if cursor is None:
        keys = list(islice(_walk(runs, fits, order.segments, None, size), size + 1))
        return Slice(keys[:size], before=False, after=len(keys) > size)
    if not cursor.backward:
        keys = list(islice(_walk(runs, fits, order.segments, cursor.key, size), size + 1))
        return Slice(keys[:size], before=True, after=len(keys) > size)
    found = islice(_walk_back(runs, fits, order.segments, cursor.key, size), size + 1)
    keys = list(found)[::-1]
    if len(keys) <= size:  # this is the first page by now: show it whole
        return cut(runs, fits, order, size, None)
    return Slice(keys[1:], before=True, after=True)


def _walk(
    runs: QuerySet[Run], fits: Plan, segments: Sequence[Segment], start: Key | None, size: int
) -> Iterator[Key]:
    first = start.segment if start else 0
    for index in range(first, len(segments)):
        key = start if start and index == first else None
        yield from _rows(runs, fits, index, segments[index], key, size)


def _walk_back(
    runs: QuerySet[Run], fits: Plan, segments: Sequence[Segment], start: Key, size: int
) -> Iterator[Key]:
    for index in range(min(start.segment, len(segments) - 1), -1, -1):
        segment = segments[index]
        turned = Segment(segment.where, segment.column, not segment.down, segment.aliases)
        key = start if index == start.segment else None
        yield from _rows(runs, fits, index, turned, key, size)


def _rows(
    runs: QuerySet[Run], fits: Plan, index: int, segment: Segment, start: Key | None, size: int
) -> Iterator[Key]:
    """In the segment's order, those beyond `start`."""
    beyond = _beyond(segment, start) if start else Q()
    fresh = {name: copy(alias) for name, alias in segment.aliases.items()}  # Django changes them
    rows = runs.annotate(**fresh).filter(segment.where & fits.condition() & beyond)
    sign = "-" if segment.down else ""
    ordered = rows.order_by(*(sign + name for name in (segment.column, "pk") if name))
    for found in _keys(ordered[: size + 1], segment.column):
        yield Key(index, *found)


def _keys(rows: QuerySet[Run], column: str) -> Iterable[tuple[Any, str]]:
    if not column:
        return ((None, run_id) for run_id in rows.values_list("pk", flat=True))
    return rows.values_list(column, "pk")


def _beyond(segment: Segment, start: Key) -> Q:
    side = "lt" if segment.down else "gt"
    later = Q(**{f"pk__{side}": start.run_id})
    if not segment.column:
        return later
    if start.value is None:
        raise Misread(_("This page's mark cannot be read; begin at the first page."), NOWHERE)
    name = segment.column
    same = Q(**{name: start.value})
    return Q(**{f"{name}__{side}e": start.value}) & (
        Q(**{f"{name}__{side}": start.value}) | same & later
    )


def _plain(value: Any) -> tuple[Any, str]:
    if isinstance(value, dt.datetime):
        return value.isoformat(), "time"
    return value, ""


def _revived(value: Any, kind: str) -> Any:
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC) if kind == "time" else value
