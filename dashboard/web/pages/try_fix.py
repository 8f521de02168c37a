"""Try a fix: what a verdict would change, to be edited and approved, as one run or as a study."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.comparison import trials
from dashboard.health.verdict import Verdict
from dashboard.health.wording import worded
from dashboard.runs.models import Run, new_id
from dashboard.storage import disk
from dashboard.training import refusals
from dashboard.web.asked_studies import asked_of
from dashboard.web.forms import PatchForm
from dashboard.web.trials import shown
from trainers.catalog import BUILT_IN, TRAINERS
from trainers.config import ConfigError

STUDY = "study"  # what the second button sends


def page(request: HttpRequest, run_id: str, rule: str) -> HttpResponse:
    everything = Run.objects.select_related("project", "examination")
    run = get_object_or_404(everything, pk=run_id)
    verdict = _verdict(run, rule)
    patch = _known(run, verdict["patch"])
    form = PatchForm(TRAINERS[run.trainer], trials.before(run), patch, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        led_to = _led_to(request, run, rule, form)
        if led_to:
            return redirect(led_to)
    context = {
        "run": run,
        "verdict": worded(verdict),
        "form": form,
        "key": request.POST.get("key") or new_id(),
        "same_order": run.trainer in BUILT_IN,
        "took": run.finished_at is not None and run.started_at is not None,
        "asked": [one for one in asked_of(run) if one.rule == rule],
        "tried": [one for one in shown(trials.trials_of(run)) if one.rule == rule],
    }
    status = 422 if form.errors else 200
    return render(request, "pages/try_fix.html", context, status=status)


def _verdict(run: Run, rule: str) -> Verdict:
    verdict = trials.offered(run, rule)
    if run.trainer not in TRAINERS or verdict is None:
        text = _("The rule %(rule)s offers no change for this run.")
        raise Http404(text % {"rule": rule})
    return dict(verdict)


def _known(run: Run, patch: dict[str, Any]) -> dict[str, Any]:
    """Those settings of the patch that the trainer still has."""
    fields = TRAINERS[run.trainer].config.model_fields
    return {name: value for name, value in patch.items() if name in fields}


def _led_to(request: HttpRequest, run: Run, rule: str, form: PatchForm) -> str:
    """The page that follows; "" where something was refused."""
    if request.POST.get("way") == STUDY:
        return _study(run, rule, form)
    child = _launched(request, run, rule, form)
    return child.get_absolute_url() if child else ""


def _study(run: Run, rule: str, form: PatchForm) -> str:
    """Where a study of the change, as it was edited, is opened; "" where the change is refused."""
    try:
        patch = trials.difference(run, rule, form.cleaned_data)
    except ConfigError as error:
        _refuse(form, error)
        return ""
    asked = {"run": run.pk, "rule": rule, "patch": json.dumps(patch, ensure_ascii=False)}
    return f"{reverse('study_new')}?{urlencode(asked)}"


def _launched(request: HttpRequest, run: Run, rule: str, form: PatchForm) -> Run | None:
    """The child; None where a value was refused, which then stands beside its field."""
    user = request.user if request.user.is_authenticated else None
    key = request.POST.get("key", "")[:32]
    try:
        child = trials.try_fix(run, rule, form.cleaned_data, key=key, user=user)
    except ConfigError as error:
        _refuse(form, error)
    except disk.NoRoom as error:
        form.add_error(None, str(error))
    else:
        messages.success(request, _("Launched. When it has ended, the same rule judges again."))
        return child
    return None


def _refuse(form: PatchForm, error: ConfigError) -> None:
    for name, message in refusals.told(error).items():
        form.add_error(name if name in form.fields else None, message)
