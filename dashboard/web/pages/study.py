"""One study: its question, the answer as its runs stand now, and what may be done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import StudyError
from dashboard.comparison.explaining import explain
from dashboard.comparison.models import Member, Study
from dashboard.comparison.queueing import add_seeds
from dashboard.comparison.reading import members
from dashboard.comparison.report.repeating import repeat
from dashboard.runs.models import Run
from dashboard.storage import disk
from dashboard.training import refusals
from dashboard.web import live, study_advice, study_progress, study_view
from dashboard.web.meanings import meanings
from dashboard.web.pages.compare import MOST
from dashboard.web.pages.study_new import who
from trainers.config import ConfigError


def page(request: HttpRequest, study_id: str) -> HttpResponse:
    study = get_object_or_404(Study.objects.select_related("project", "source"), pk=study_id)
    if request.method == "POST":
        return _act(request, study)
    held = members(study)
    ids = [member.run_id for member in held]
    runs = list(Run.objects.select_related("examination").filter(pk__in=[i for i in ids if i]))
    told = [study.look, study.explanations, *ids, *study.changes.values_list("pk", flat=True)]
    return live.answer(request, runs, lambda: _shown(request, study, held, runs), *told)


def _shown(request: HttpRequest, study: Study, held: list[Member], runs: list[Run]) -> HttpResponse:
    found = conclude(study)
    going = [run for run in runs if run.is_live]
    ids = [member.run_id for member in held if member.run_id]
    context: dict[str, Any] = {
        "study": study,
        "changes": (changes := study_view.changes(study)),
        "late": any(one["started"] for one in changes),
        "guardrails": study_view.guardrails(study),
        "found": [
            study_view.compared(one) | {"advice": advice}
            for one, advice in zip(found.comparisons, study_advice.of(found, held), strict=True)
        ],
        "arms": list(study_view.arms(found, held)),
        "effects": study_view.effects(found),
        "drawn": [study.metric, *(one["metric"] for one in study.guardrails)],
        "meanings": meanings([study.trainer]),
        "repeat": [_block(block) for block in repeat(found)],
        "more": study_view.more_seeds(found),
        "differences": study_view.open_differences(found),
        "planned": len(held),
        "ended": len(held) - len(going),
        "live": bool(going),
        "going": study_progress.going(held, runs),
        "compare": ids[:MOST],
        "left_out": max(0, len(ids) - MOST),
    }
    return render(request, "pages/study.html", context)


def _block(block: Any) -> dict[str, str]:
    return {"kind": type(block).__name__.lower(), "text": block.text}


def _act(request: HttpRequest, study: Study) -> HttpResponse:
    action = request.POST.get("action", "")
    if action not in ("seeds", "explain"):
        return HttpResponse(status=400)
    try:
        if action == "seeds":
            _add_seeds(request, study)
        else:
            _explain(request, study)
    except ConfigError as error:
        messages.error(request, " ".join(refusals.told(error).values()))
    except disk.NoRoom as error:
        messages.error(request, str(error))
    return redirect("study", study.pk)


@transaction.atomic
def _add_seeds(request: HttpRequest, study: Study) -> None:
    """Only on top of the runs that the page showed: a second press of the button adds nothing."""
    Study.objects.select_for_update().get(pk=study.pk)
    there = Member.objects.filter(arm__study=study).count()
    if request.POST.get("planned") != str(there):
        told = _("Nothing was added: the study got more runs since this page was shown.")
        messages.warning(request, told)
        return
    added = add_seeds(study, _count(request.POST.get("count", "")), who(request))
    told = ngettext("%(count)s run queued.", "%(count)s runs queued.", len(added))
    messages.success(request, told % {"count": len(added)})


def _explain(request: HttpRequest, study: Study) -> None:
    reason = request.POST.get("reason", "").strip()
    explain(study, request.POST.get("difference", ""), reason, who(request))
    told = _("The explanation is kept.") if reason else _("The explanation was taken back.")
    messages.success(request, told)


def _count(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) < 10
    if not known:
        raise StudyError({"seeds": _("Give a whole number of seeds.")})
    return int(text)
