"""One back-test: what flips, whether people agree, what it took; and using its thresholds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.health import backtest as tests
from dashboard.health import choosing
from dashboard.health.agreement import ENOUGH, Agreement, Flip
from dashboard.health.choosing import Refused
from dashboard.health.models import BackTest
from dashboard.health.outcome import Outcome, outcome
from dashboard.health.rules import RULES
from dashboard.health.wording import told
from dashboard.web.changes import changes

SHOWN = 500  # flips; the API has all


def page(request: HttpRequest, pk: int) -> HttpResponse:
    backtest = get_object_or_404(BackTest.objects.select_related("project", "applied"), pk=pk)
    if request.method == "POST":
        return _act(request, backtest)
    return _shown(request, backtest)


def _act(request: HttpRequest, backtest: BackTest) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "go-on":
        tests.go_on(backtest)
        return redirect("backtest", backtest.pk)
    if action != "use":
        return HttpResponse(status=400)
    try:
        note = request.POST.get("note", "").strip()
        choice = tests.use(backtest, by=request.user.get_username(), note=note)
    except Refused as refused:
        messages.error(request, refused.why)
        return redirect("backtest", backtest.pk)
    messages.success(request, _("Saved as version {version}.").format(version=choice.version))
    return redirect(f"{reverse('thresholds')}?project={backtest.project_id}")


def _shown(request: HttpRequest, backtest: BackTest) -> HttpResponse:
    found = outcome(backtest)
    titles = {rule.name: _(rule.title.text) for rule in RULES}
    holding = choosing.newest(backtest.project_id)
    context = {
        "backtest": backtest,
        "found": found,
        "changes": changes(backtest.current, backtest.proposed),
        "flips": [_row(flip, titles) for flip in found.flips[:SHOWN]],
        "unshown": max(0, len(found.flips) - SHOWN),
        "flows": [(_parts(a), _parts(b), count) for (a, b), count in found.flows.items()],
        "sides": _sides(found),
        "enough": ENOUGH,
        "failed": [(replay, told(replay.problem)) for replay in found.failed],
        "can_be_used": (holding.version if holding else 0) == backtest.version,
    }
    return render(request, "pages/backtest.html", context)


def _sides(found: Outcome) -> list[tuple[str, Agreement]]:
    return [(_("Those that held"), found.before), (_("Proposed"), found.after)]


def _row(flip: Flip, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "flip": flip,
        "title": titles.get(flip.rule, flip.rule),
        "before": _parts(flip.before),
        "after": _parts(flip.after),
    }


def _parts(state: str) -> dict[str, str]:
    """A state, and what a remark would be if it counted."""
    kept, _colon, held_back = state.partition(":")
    return {"state": kept, "held_back": held_back}
