"""The door: a query, an order and a page's mark in, runs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from dashboard.runs.models import Run
from dashboard.search import ordering
from dashboard.search.errors import Hint, Misread
from dashboard.search.fields import Field, Kind
from dashboard.search.grammar import parse
from dashboard.search.near import near
from dashboard.search.ordering import Order, read_order
from dashboard.search.paging import Cursor, Key, Slice, cut, read_cursor
from dashboard.search.planning import Plan, plan
from dashboard.search.sources import Scope
from dashboard.search.syntax import Comparison, Node, leaves

CHEAP = 20_000  # runs there may be for any query to be counted
MOST_COUNTED = 10_000  # runs that fit, where one condition is asked for
MOST_COUNTED_BY_MANY = 1_000


@dataclass(frozen=True)
class Asked:
    """What somebody looks for, as the address says it."""

    query: str = ""
    sort: str = ""
    cursor: str = ""
    archived: bool = False
    size: int = 50


@dataclass(frozen=True)
class Count:
    """exact: there are just so many; else there are more."""

    number: int
    exact: bool


@dataclass(frozen=True)
class Found:
    """A page of runs. error: why the query could not be read; then there are none."""

    order: Order
    runs: Sequence[Run] = ()
    previous: str = ""  # cursors; "" where there is no such page
    next: str = ""
    count: Count = Count(0, exact=True)
    hints: Sequence[Hint] = field(default_factory=list)
    error: Hint | None = None


def find(asked: Asked) -> Found:
    """One page of the runs that fit. Raises nothing for what people type: see Found.error."""
    try:
        return _find(asked)
    except Misread as error:
        return Found(read_order(ordering.DEFAULT, now()), error=error.hint)


def _find(asked: Asked) -> Found:
    cursor = read_cursor(asked.cursor)
    scope = Scope(asked.archived, cursor.now if cursor else now())
    tree = parse(asked.query)
    fits = plan(tree, scope)
    order = read_order(asked.sort, scope.now)
    page = cut(scope.runs, fits, order, asked.size, cursor)
    return Found(
        order,
        _runs([key.run_id for key in page.keys]),
        _mark(page.before, page.keys[:1], scope, backward=True),
        _mark(page.after, page.keys[-1:], scope, backward=False),
        _count(scope.runs, fits, page, tree),
        _hints(tree),
    )


def _runs(ids: Sequence[str]) -> list[Run]:
    """In the order of the ids; without what tables do not show."""
    related = Run.objects.select_related("project", "examination", "launched_by")
    slim = related.defer("snapshot", "facts", "examination__verdicts").in_bulk(list(ids))
    return [slim[run_id] for run_id in ids if run_id in slim]


def _mark(there: bool, keys: Sequence[Key], scope: Scope, *, backward: bool) -> str:  # noqa: FBT001
    return str(Cursor(keys[0], backward, scope.now)) if there and keys else ""


def _count(runs: QuerySet[Run], fits: Plan, page: Slice, tree: Node | None) -> Count:
    """Exact where that is cheap: a single page, named runs, all runs; else up to a limit."""
    if not page.before and not page.after:
        return Count(len(page.keys), exact=True)
    if fits.known is not None or tree is None:
        return Count(runs.filter(fits.condition()).count(), exact=True)
    alone = sum(1 for _leaf in leaves(tree)) == 1
    if alone or runs[: CHEAP + 1].count() <= CHEAP:
        return _up_to(MOST_COUNTED, runs.filter(fits.counted()))
    return _up_to(MOST_COUNTED_BY_MANY, runs.filter(fits.condition()))


def _up_to(most: int, runs: QuerySet[Run]) -> Count:
    number = runs.order_by()[: most + 1].count()
    return Count(min(number, most), exact=number <= most)


def _hints(tree: Node | None) -> list[Hint]:
    """Names that no run has: they are no errors, but are often mistyped."""
    named = [leaf for leaf in leaves(tree) if isinstance(leaf, Comparison)] if tree else []
    return [_unheard(leaf) for leaf in named if _is_unheard(leaf.field)]


def _is_unheard(asked: Field) -> bool:
    if asked.kind == Kind.PARAM:
        return not Run.objects.filter(params__name=asked.name).exists()
    return asked.kind == Kind.METRIC and not Run.objects.filter(curves__name=asked.name).exists()


def _unheard(leaf: Comparison) -> Hint:
    told = _("No run has “%(name)s”.") % {"name": leaf.spelled}
    return Hint(told, leaf.span, near(leaf.spelled))
