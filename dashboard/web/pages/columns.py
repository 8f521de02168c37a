"""Choosing the table's columns: GET draws the chooser, POST keeps the choice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.runs.models import Run
from dashboard.search import names
from dashboard.search.fields import ATTRIBUTES, PARTS, Field
from dashboard.search.models import ColumnChoice
from dashboard.web import columns
from dashboard.web.choosing import listed

MOST = 300  # names of one kind that are offered


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _keep(request)
    chosen = columns.chosen(request.GET.get("columns", ""))
    runs = Run.objects.filter(pk__in=listed(request.GET.getlist("runs"))[:100])
    context = {
        "chosen": [_offer(field) for field in chosen],
        "groups": _groups(columns.differing(columns.params_of(runs))),
        "taken": {str(field) for field in chosen},
    }
    return render(request, "parts/column_chooser.html", context)


def _groups(differing: list[str]) -> list[dict[str, Any]]:
    attributes = [Field("", name) for name in ATTRIBUTES if name != "name"]
    params = list(dict.fromkeys([*differing, *names.params()[:MOST]]))
    metrics = [Field("metrics", name, part) for name in names.metrics()[:MOST] for part in PARTS]
    rules = [Field("verdict", name) for name in columns.rules()]
    return [
        {"title": _("Run"), "offers": [_offer(field) for field in attributes]},
        {"title": _("Params"), "offers": [_offer(Field("params", name)) for name in params]},
        {"title": _("Metrics"), "offers": [_offer(field) for field in metrics]},
        {"title": _("Verdicts"), "offers": [_offer(field) for field in rules]},
    ]


def _offer(field: Field) -> dict[str, str]:
    return {"field": str(field), "title": columns.title(field), "part": field.part}


def _keep(request: HttpRequest) -> HttpResponse:
    """The choice goes into the address, and is what this person sees next time."""
    fields = columns.chosen(request.POST.get("columns", ""))
    text = ",".join(map(str, fields))
    ColumnChoice.objects.update_or_create(owner_id=request.user.pk, defaults={"columns": text})
    query = request.GET.copy()
    query.pop("columns", None)
    if text:
        query["columns"] = text
    tail = query.urlencode(safe="/,")
    return redirect(f"{reverse('table')}?{tail}" if tail else reverse("table"))
