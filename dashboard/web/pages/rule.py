"""One rule: what it looks at and why, how often it errs, and what it says of runs now."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.health import measured
from dashboard.health.groups import severity
from dashboard.health.models import Examination
from dashboard.health.rule import STATES, Rule
from dashboard.health.rules import RULES
from dashboard.health.wording import explained, worded
from dashboard.search import standings
from dashboard.search.models import AGAINST

SHOWN = 50  # runs that are listed; the table of runs has the others


def page(request: HttpRequest, name: str) -> HttpResponse:
    rule = next((rule for rule in RULES if rule.name == name), None)
    if rule is None:
        raise Http404
    counts = standings.counts(name, states=STATES).get(name, {})
    context = {
        "rule": rule,
        "severity": severity(rule),
        "paragraphs": explained(rule),
        "simulated": measured.simulated(name),
        "trained": measured.trained(name),
        "counts": counts,
        "rows": _rows(rule),
        "left_out": max(sum(counts.get(state, 0) for state in AGAINST) - SHOWN, 0),
    }
    return render(request, "pages/rule.html", context)


def _rows(rule: Rule) -> list[dict[str, Any]]:
    """The newest runs against which it speaks, with what it says."""
    ids = standings.newest(rule.name, SHOWN)
    found = Examination.objects.select_related("run", "run__project").in_bulk(
        ids, field_name="run_id"
    )
    rows = []
    for examination in (found[run_id] for run_id in ids if run_id in found):
        said = next((v for v in examination.verdicts if v["rule"] == rule.name), None)
        if said is not None:  # judged anew since the table was read
            rows.append({"run": examination.run, "verdict": worded(said)})
    return rows
