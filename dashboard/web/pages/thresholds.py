"""The rules' thresholds, and what each project chose in their place: change, look back, reset."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.health import choosing
from dashboard.health.backtest import MOST_RUNS, USUAL_RUNS
from dashboard.health.choosing import Refused
from dashboard.health.examination import examine, outdated
from dashboard.health.models import Choice
from dashboard.health.rules import RULES
from dashboard.runs.models import Project, Run
from dashboard.web.changes import Change, changes, target_changes
from dashboard.web.threshold_form import sections, typed

SHOWN = 20  # versions a page
PATIENCE = 2.0  # seconds that judging again may keep a person waiting


def page(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("project", "")
    if not asked:
        return render(
            request,
            "pages/thresholds.html",
            {"projects": _projects(), "asked_rule": _rule(request)},
        )
    known = asked.isascii() and asked.isdigit() and len(asked) < 19
    project = get_object_or_404(Project, pk=int(asked) if known else None)
    if request.method == "POST":
        return _act(request, project)
    return shown(request, project)


def _rule(request: HttpRequest) -> str:
    """The rule whose thresholds are asked for; "" where there is none of that name."""
    asked = request.GET.get("rule", "")
    return asked if any(rule.name == asked for rule in RULES) else ""


def _projects() -> list[dict[str, Any]]:
    newest = {choice.project_id: choice for choice in Choice.objects.order_by("version")}
    return [
        {"project": project, "choice": newest.get(project.pk)}
        for project in Project.objects.order_by("name")
    ]


def shown(
    request: HttpRequest, project: Project, values: Any = None, refused: Refused | None = None
) -> HttpResponse:
    """The form with what holds, or with what was typed and refused."""
    choice = choosing.newest(project.pk)
    overrides = choosing.overrides_of(choice)
    faults: Mapping[tuple[str, str], str] = refused.faults if refused else {}
    targets = request.POST.get("targets", choice.targets if choice else "")
    context = {
        "project": project,
        "choice": choice,
        "version": overrides.version,
        "sections": sections(overrides.values if values is None else values, faults),
        "targets": targets,
        "target_rows": max(2, len(targets.splitlines())),
        "target_fault": faults.get(("metric_targets", "targets"), ""),
        "asked_rule": _rule(request),
        "refused": refused,
        "note": request.POST.get("note", ""),
        "ignored": overrides.ignored(RULES),
        "outdated": outdated(project).count(),
        "most_runs": MOST_RUNS,
        "runs": request.POST.get("runs", USUAL_RUNS),
        "q": request.POST.get("q", ""),
        **_history(request, project),
    }
    return render(request, "pages/thresholds.html", context)


def _history(request: HttpRequest, project: Project) -> dict[str, Any]:
    """The versions from ?version= back, newest first, each with what it changed."""
    asked = request.GET.get("version", "")
    versions = Choice.objects.filter(project=project)
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        versions = versions.filter(version__lte=int(asked))
    found = list(versions[: SHOWN + 1])
    older = found[SHOWN] if len(found) > SHOWN else None
    return {"history": list(_told(found, SHOWN)), "older": older}


def _told(found: list[Choice], count: int) -> Iterator[tuple[Choice, list[Change]]]:
    for place, choice in enumerate(found[:count]):
        older = found[place + 1] if place + 1 < len(found) else None
        before, targets = (older.values, older.targets) if older else ({}, "")
        yield choice, [*target_changes(targets, choice.targets), *changes(before, choice.values)]


def _act(request: HttpRequest, project: Project) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "judge":
        return _judge(request, project)
    if action not in ("save", "reset"):
        return HttpResponse(status=400)
    values = typed(request.POST) if action == "save" else {}
    targets = request.POST.get("targets") if action == "save" else None
    after = request.POST.get("after", "")
    try:
        choice = choosing.choose(
            project,
            values,
            by=request.user.get_username(),
            note=request.POST.get("note", "").strip(),
            after=int(after) if after.isascii() and after.isdigit() else -1,
            targets=targets,
        )
    except Refused as refused:
        return shown(request, project, values, refused)
    told = _(
        "Saved as version {version}. Runs that train are judged by it at their next look, those"
        " that ended when you judge them again."
    )
    messages.success(request, told.format(version=choice.version))
    return redirect(_address(project))


def _judge(request: HttpRequest, project: Project) -> HttpResponse:
    """Judge ended runs by what holds now, as many as patience allows."""
    until = time.monotonic() + PATIENCE
    count = 0
    for pk in list(outdated(project).values_list("pk", flat=True)):
        examine(Run.objects.get(pk=pk))
        count += 1
        if time.monotonic() > until:
            break
    left = outdated(project).count()
    told = ngettext("%(count)s run judged again.", "%(count)s runs judged again.", count)
    if left:
        told += " " + ngettext("%(left)s is left.", "%(left)s are left.", left)
    messages.success(request, told % {"count": count, "left": left})
    return redirect(_address(project))


def _address(project: Project) -> str:
    return f"{reverse('thresholds')}?project={project.pk}"
