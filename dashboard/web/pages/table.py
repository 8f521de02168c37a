"""All runs as a table: any column, any order."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.search.fields import Field
from dashboard.search.finding import Found, find
from dashboard.search.models import ColumnChoice
from dashboard.web import columns, listing, live, saved_views
from dashboard.web.cells import Cells
from dashboard.web.columns import Params


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return listing.act(request)
    found = find(listing.asked(request))
    views = saved_views.of(request)

    def answer() -> HttpResponse:
        context = {**listing.context(request, found), **_table(request, found), "views": views}
        return render(request, "pages/table.html", context)

    more = (found.count, found.next, found.previous, views, _choice(request))
    return live.answer(request, found.runs, answer, *more)


def _table(request: HttpRequest, found: Found) -> dict[str, Any]:
    params = columns.params_of(found.runs)
    fields = _fields(request, found, params)
    cells = Cells(found.runs, fields, params)
    return {
        "columns": ",".join(map(str, fields)),
        "heads": columns.heads(fields, str(found.order), cells.figures()),
        "name": columns.heads([columns.ALWAYS], str(found.order), {})[0],
        "rows": [{"run": run, "cells": cells.row(run)} for run in found.runs],
        "width": len(fields) + 2,
    }


def _fields(request: HttpRequest, found: Found, params: Params) -> list[Field]:
    """Of the address, else as they were chosen last, else what tells these runs apart."""
    text = request.GET.get("columns", "") or _choice(request)
    return columns.chosen(text) or columns.default(found.runs, params, found.order.field)


def _choice(request: HttpRequest) -> str:
    kept = ColumnChoice.objects.filter(owner_id=request.user.pk).values_list("columns", flat=True)
    return kept.first() or ""
