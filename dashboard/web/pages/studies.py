"""All studies, newest first: what was asked, how far its runs are, and what came out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.comparison.models import Study
from dashboard.web import live, study_list, study_view
from dashboard.web.study_list import Found


def page(request: HttpRequest) -> HttpResponse:
    wanted = study_list.asked(request.GET)
    found = study_list.find(wanted)

    def answer() -> HttpResponse:
        context = {
            "asked": wanted,
            "found": found,
            "rows": [_row(found, study) for study in found.page],
            "answers": study_list.answers(),
            "projects": study_list.projects(),
            "trainers": study_list.trainers(),
            "live": found.left or any(one.going for one in found.progress.values()),
        }
        return render(request, "pages/studies.html", context)

    return live.answer(request, [], answer, *found.version)


def _row(found: Found, study: Study) -> dict[str, Any]:
    row = {"study": study, "progress": found.progress[study.pk]}
    brief = study_list.brief(found, study)
    if brief is None:
        return row
    label = study_view.label(brief.verdict)
    return {**row, "label": label, "figures": study_view.figures(brief.effect, brief.interval)}
