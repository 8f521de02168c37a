"""Health across all runs: what fails where, since when, by rule or by cause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from dashboard.health.models import Examination
from dashboard.health.precedence import ORDER
from dashboard.health.rule import Rule
from dashboard.health.rules import RULES
from dashboard.health.wording import outline
from dashboard.runs.models import LIVE, Project, Run
from dashboard.search import names, standings
from dashboard.search.standings import Trouble
from dashboard.search.syntax import Value
from dashboard.web import live, troubles

PERIODS = {
    "": (None, _("Any time")),
    "1d": (dt.timedelta(days=1), _("Last 24 hours")),
    "7d": (dt.timedelta(days=7), _("Last 7 days")),
    "30d": (dt.timedelta(days=30), _("Last 30 days")),
}
KNOWN: Mapping[str, Rule] = {rule.name: rule for rule in RULES}


@dataclass(frozen=True)
class Asked:
    """Which runs are looked at, as the address says it."""

    by: str = "rule"
    project: str = ""
    trainer: str = ""
    period: str = ""
    archived: bool = False

    @property
    def among(self) -> Q:
        shelf = standings.listed(archived=self.archived)
        project = Q(run__project__name=self.project) if self.project else Q()
        trainer = Q(run__trainer=self.trainer) if self.trainer else Q()
        span = PERIODS[self.period][0]
        return shelf & project & trainer & (Q(run__created_at__gte=now() - span) if span else Q())

    def table(self, condition: str) -> str:
        """The table of these runs that fit a condition more."""
        parts = [
            condition,
            f"project = {_quoted(self.project)}" if self.project else "",
            f"trainer = {_quoted(self.trainer)}" if self.trainer else "",
            f"created > -{self.period}" if self.period else "",
        ]
        query = {"q": " and ".join(part for part in parts if part)}
        return f"{reverse('table')}?{urlencode(query | ({'archived': 1} if self.archived else {}))}"


def page(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    found = (standings.by_cause if asked.by == "cause" else standings.by_rule)(asked.among)
    totals = standings.totals(asked.among)

    def answer() -> HttpResponse:
        context = {
            "asked": asked,
            "rows": _rows(asked, found),
            "projects": Project.objects.order_by("name").values_list("name", flat=True),
            "trainers": names.of_runs("trainer"),
            "periods": {key: title for key, (_span, title) in PERIODS.items()},
            "totals": totals,
            "judged": Examination.objects.exists(),
            "live": Run.objects.filter(status__in=LIVE).exists(),
        }
        return render(request, "pages/health.html", context)

    return live.answer(request, [], answer, found, totals)


def _asked(request: HttpRequest) -> Asked:
    get = request.GET
    period = get.get("period", "")
    return Asked(
        by="cause" if get.get("by") == "cause" else "rule",
        project=get.get("project", ""),
        trainer=get.get("trainer", ""),
        period=period if period in PERIODS else "",
        archived=get.get("archived") == "1",
    )


def _rows(asked: Asked, found: Sequence[Trouble]) -> list[dict[str, Any]]:
    runs = Run.objects.in_bulk({pk for one in found for pk in (one.oldest, one.newest)})
    rows = [_row(asked, one) | _ends(one, runs) for one in found]
    if asked.by == "cause":
        return rows
    return sorted(rows, key=lambda row: (-row["failing"], -row["warning"], row["place"]))


def _row(asked: Asked, one: Trouble) -> dict[str, Any]:
    by_cause = asked.by == "cause"
    each = {state: asked.table(f"verdict.{one.key} = {state}") for state in ("fail", "warn")}
    return {
        "title": outline(one.key) if by_cause else troubles.title(one.key),
        "rule": None if by_cause else KNOWN.get(one.key),
        "rules": [KNOWN[name] for name in one.rules if name in KNOWN],
        "runs": one.runs,
        "failing": one.failing,
        "warning": one.warning,
        "since": one.found,
        "links": {} if by_cause else each,
        "link": asked.table(f"cause = {_quoted(one.key)}") if by_cause and one.key else "",
        "place": ORDER.index(one.key) if one.key in ORDER else len(ORDER),
    }


def _ends(one: Trouble, runs: Mapping[str, Run]) -> dict[str, Any]:
    return {"oldest": runs.get(one.oldest), "newest": runs.get(one.newest)}


def _quoted(text: str) -> str:
    return str(Value(text, quoted=True))
