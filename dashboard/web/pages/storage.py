"""What takes room on the disk, biggest first, and how long each project keeps its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.runs.models import Project
from dashboard.storage import retention, trash, usage
from dashboard.storage.database import database
from dashboard.storage.models import Purged

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AT_ONCE = 50  # runs a page
LATELY = 10  # deleted runs


class Days(forms.IntegerField):
    """So many days; nothing entered is never."""

    def __init__(self, label: StrOrPromise) -> None:
        most = retention.MOST_DAYS
        widget = forms.NumberInput(attrs={"placeholder": gettext_lazy("never")})
        super().__init__(label=label, required=False, min_value=1, max_value=most, widget=widget)


class RetentionForm(forms.Form):
    trash_after = Days(gettext_lazy("Days from a run's end until it goes into the trash"))
    purge_after = Days(gettext_lazy("Days in the trash until it is deleted for good"))


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    after = request.GET.get("after", "")
    context = {
        "database": database(),
        "shares": usage.by_project().items(),
        "biggest": usage.biggest(after, AT_ONCE),
        "after": after,
        "in_trash": usage.together(trash.contents()),
        "purged": Purged.objects.select_related("project").order_by("-purged_at")[:LATELY],
        **_retention(request),
    }
    return render(request, "pages/storage.html", context)


def _retention(request: HttpRequest) -> dict[str, Any]:
    """Of ?project=, with what the days in the address, or else those that it has, would do now."""
    asked = request.GET.get("project", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return {}
    project = get_object_or_404(Project, pk=int(asked))
    kept = {"trash_after": project.trash_after, "purge_after": project.purge_after}
    typed = "trash_after" in request.GET
    form = RetentionForm(request.GET if typed else kept)
    due = retention.preview(project, **form.cleaned_data) if form.is_valid() else None
    return {"project": project, "form": form, "due": due, "typed": typed}


def _save(request: HttpRequest) -> HttpResponse:
    if not request.user.is_superuser:
        raise PermissionDenied
    asked = request.POST.get("project", "")
    project = get_object_or_404(Project, pk=asked if asked.isdigit() else None)
    form = RetentionForm(request.POST)
    if form.is_valid():
        Project.objects.filter(pk=project.pk).update(**form.cleaned_data)
        told = _("Saved. Housekeeping keeps to it from now on, every ten minutes.")
        messages.success(request, told)
    else:
        told = " ".join(str(text) for errors in form.errors.values() for text in errors)
        messages.error(request, _("Not saved: %(why)s") % {"why": told})
    return redirect(f"{request.path}?project={project.pk}#retention")
