"""All rules: what each is about, the worst that it may say, how often it errs, whom it hits now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.health import measured
from dashboard.health.groups import grouped, severity
from dashboard.health.rule import Rule
from dashboard.health.rules import RULES
from dashboard.search import standings


def page(request: HttpRequest) -> HttpResponse:
    counts = standings.counts()
    groups = [
        {"title": title.text, "rows": [_row(rule, counts.get(rule.name, {})) for rule in rules]}
        for title, rules in grouped()
    ]
    return render(request, "pages/rules.html", {"groups": groups, "count": len(RULES)})


def _row(rule: Rule, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "rule": rule,
        "severity": severity(rule),
        "rate": measured.rate(rule.name),
        "failing": counts.get("fail", 0),
        "warning": counts.get("warn", 0),
    }
