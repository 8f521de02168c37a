"""All studies, newest first: what was asked, how far its runs are, and what came out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.models import Study
from dashboard.comparison.reading import members
from dashboard.web import study_view

SHOWN = 25  # a page: each answer is made anew from the runs


def page(request: HttpRequest) -> HttpResponse:
    found = Study.objects.select_related("project")
    if before := request.GET.get("before", ""):
        found = found.filter(pk__lt=before)
    listed = list(found[: SHOWN + 1])
    context = {
        "rows": [_row(study) for study in listed[:SHOWN]],
        "older": listed[SHOWN - 1].pk if len(listed) > SHOWN else "",
        "before": before,
    }
    return render(request, "pages/studies.html", context)


def _row(study: Study) -> dict[str, Any]:
    """While runs go there is no answer yet, and none is looked for."""
    held = members(study)
    going = sum(bool(member.run and member.run.is_live) for member in held)
    row = {"study": study, "planned": len(held), "ended": len(held) - going, "going": going}
    if going:
        return row
    main = conclude(study).main
    label = study_view.label(main.answer.verdict)
    return {**row, "label": label, "figures": study_view.effect(main)}
