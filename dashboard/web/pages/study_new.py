"""Open a study: from two runs that are there, from a run or its verdict, from a trainer."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.comparison.models import Study
from dashboard.comparison.once import once
from dashboard.comparison.who import Who
from dashboard.storage import disk
from dashboard.web import study_groups
from dashboard.web.study_form import StudyForm
from dashboard.web.study_ways import Way, opened, runs, way
from trainers.catalog import TRAINERS
from trainers.config import ConfigError


def page(request: HttpRequest) -> HttpResponse:
    if "runs" in request.GET:
        return _ticked(request)
    found = way(request.GET)
    if found is None:
        return render(request, "pages/study_new.html", {"trainers": TRAINERS.values()})
    form = StudyForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and not found.refused and form.is_valid():
        study = _opened(request, found, form)
        if study is not None:
            return redirect("study", study.pk)
    status = 422 if form.errors or found.refused else 200
    context = {
        "form": form,
        "way": found,
        "trainer": TRAINERS.get(found.trainer),
        "kept": request.GET.urlencode(),
        "swapped": _swapped(request, found),
        "carried": _carried(request),
        "back": _back(found),
    }
    return render(request, "pages/study_new.html", context, status=status)


def _ticked(request: HttpRequest) -> HttpResponse:
    """?runs=…: those of one configuration are an arm; else a page that says what there is."""
    chosen = runs(request.GET.getlist("runs"))
    if len(chosen) == 1:
        return redirect(f"{request.path}?{urlencode({'run': chosen[0].pk})}")
    found = study_groups.groups(chosen) if chosen else []
    trainers = {run.trainer for run in chosen}
    if len(found) == 2 and len(trainers) == 1:
        return redirect(study_groups.address(*found))
    context = {
        "groups": found,
        "several": len(trainers) > 1,
        "pairs": study_groups.pairs(found) if len(trainers) == 1 else [],
        "alike": len(found) == 1 and len(chosen) == 2,
        "ids": [run.pk for run in chosen],
    }
    return render(request, "pages/study_groups.html", context)


def _swapped(request: HttpRequest, found: Way) -> str:
    """The address where what was typed for both arms is the change that is studied."""
    query = request.GET.copy()
    query.pop("config", None)
    query["patch"] = json.dumps({**found.typed, **found.patch})
    return query.urlencode()


def _carried(request: HttpRequest) -> str:
    """What stays in the address when another preset or fix is chosen."""
    kept = {name: request.GET[name] for name in ("config", "project") if request.GET.get(name)}
    return f"&{urlencode(kept)}" if kept else ""


def _back(found: Way) -> str:
    """The launch page with what was typed there."""
    if found.trainer not in TRAINERS:
        return ""
    about = {"clone": found.run.pk} if found.run else {"preset": found.preset}
    patch = {"patch": json.dumps(found.settings)} if found.settings else {}
    asked = {**about, **patch, "project": found.project}
    return f"{reverse('launch_trainer', args=[found.trainer])}?{urlencode(asked)}"


def who(request: HttpRequest) -> Who:
    user = request.user if isinstance(request.user, User) else None
    return Who(request.user.get_username(), user)


def _opened(request: HttpRequest, found: Way, form: StudyForm) -> Study | None:
    """None where something was refused, which then stands beside its field."""
    asked, by = form.cleaned_data, who(request)
    try:
        study, new = once(asked["key"], lambda: opened(found, form.question(), asked, by))
    except ConfigError as error:
        form.refuse(error)
    except disk.NoRoom as error:
        form.add_error(None, str(error))
    else:
        if not new:
            messages.info(request, _("This form has opened this study already: nothing was added."))
        return study
    return None
