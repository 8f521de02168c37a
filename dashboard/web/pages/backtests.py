"""The back-tests of a project, or of all; and the door to open one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from dashboard.health import backtest
from dashboard.health.choosing import Refused
from dashboard.health.models import BackTest
from dashboard.runs.models import Project
from dashboard.search.replayed import Unread, replayed
from dashboard.web.threshold_form import typed

SHOWN = 50


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _open(request, _project(request.POST.get("project", "")))
    asked = request.GET.get("project", "")
    project = _project(asked) if asked else None
    found = BackTest.objects.select_related("project", "applied")
    if project:
        found = found.filter(project=project)
    context = {"backtests": found[:SHOWN], "project": project}
    return render(request, "pages/backtests.html", context)


def _open(request: HttpRequest, project: Project) -> HttpResponse:
    values, query = typed(request.POST), request.POST.get("q", "").strip()
    try:
        runs = replayed(project, _count(request.POST.get("runs", "")), query)
        by = request.user.get_username()
        made = backtest.open_one(project, values, runs, by=by, query=query)
    except (Refused, Unread) as refused:
        return _back(request, project, refused)
    return redirect("backtest", made.pk)


def _back(request: HttpRequest, project: Project, refused: Refused | Unread) -> HttpResponse:
    """To where it was typed, with what was typed."""
    from dashboard.web.pages import thresholds

    if isinstance(refused, Unread):
        messages.error(request, str(refused))
    kept: Any = refused if isinstance(refused, Refused) else None
    return thresholds.shown(request, project, typed(request.POST), kept)


def _count(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) < 10
    return max(1, min(int(text), backtest.MOST_RUNS)) if known else backtest.USUAL_RUNS


def _project(text: str) -> Project:
    known = text.isascii() and text.isdigit() and len(text) < 19
    return get_object_or_404(Project, pk=int(text) if known else None)


def address(project: Project) -> str:
    return f"{reverse('backtests')}?project={project.pk}"
