"""The menu by which a list of runs is narrowed to a verdict, or sorted by a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from dashboard.health.precedence import place
from dashboard.search import standings
from dashboard.search.models import AGAINST
from dashboard.web import troubles

LISTS = ("runs", "table")  # pages that it may lead back to


@dataclass(frozen=True)
class Here:
    """The list that was looked at, as its address says."""

    page: str
    asked: QueryDict

    def narrowed(self, condition: str) -> str:
        query = self.asked.get("q", "").strip()
        return self._with(q=joined(query, condition))

    def sorted(self, field: str) -> str:
        return self._with(sort=field)

    def _with(self, **changes: str) -> str:
        query = self.asked.copy()
        for name in ("page", "at"):
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = value
        return f"{reverse(self.page)}?{query.urlencode()}"


def page(request: HttpRequest) -> HttpResponse:
    name = request.GET.get("page", "")
    here = Here(name if name in LISTS else "table", request.GET)
    among = standings.listed(archived=request.GET.get("archived") == "1")
    counts = standings.counts(among=among)
    context = {
        "states": [
            (state, count, here.narrowed(f"health = {state}"))
            for state, count in standings.totals(among).items()
        ],
        "unjudged": here.narrowed("health is null"),
        "rules": [_row(here, rule, counts[rule]) for rule in sorted(counts, key=_first(counts))],
    }
    return render(request, "parts/verdict_menu.html", context)


def joined(query: str, condition: str) -> str:
    """What fits both; a plain row of conditions does not say one twice."""
    if not query:
        return condition
    if re.search(r"\bor\b", query, re.IGNORECASE):
        return f"({query}) and {condition}"
    return query if condition in query.split(" and ") else f"{query} and {condition}"


def _row(here: Here, rule: str, counts: Mapping[str, int]) -> dict[str, Any]:
    states = [state for state in AGAINST if state in counts]
    return {
        "title": troubles.title(rule),
        "states": [
            (state, counts[state], here.narrowed(f"verdict.{rule} = {state}")) for state in states
        ],
        "sort": here.sorted(f"verdict.{rule}"),
    }


def _first(counts: standings.Counts) -> Any:
    """The rules that fail at all before those that only warn, as verdicts are read."""
    return lambda rule: place(min(counts[rule], key=AGAINST.index), rule)
