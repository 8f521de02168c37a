"""Open a study: from two runs that are there, from a run or its verdict, from a trainer."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard.comparison.models import Study
from dashboard.comparison.once import once
from dashboard.comparison.who import Who
from dashboard.storage import disk
from dashboard.web.study_form import StudyForm
from dashboard.web.study_ways import Way, opened, way
from trainers.catalog import TRAINERS
from trainers.config import ConfigError


def page(request: HttpRequest) -> HttpResponse:
    found = way(request.GET)
    if found is None:
        return render(request, "pages/study_new.html", {"trainers": TRAINERS.values()})
    form = StudyForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        study = _opened(request, found, form)
        if study is not None:
            return redirect("study", study.pk)
    status = 422 if form.errors else 200
    context = {
        "form": form,
        "way": found,
        "trainer": TRAINERS.get(found.trainer),
        "kept": request.GET.urlencode(),
    }
    return render(request, "pages/study_new.html", context, status=status)


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
