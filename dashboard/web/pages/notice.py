"""From a notice to the page that it tells of; with that it is seen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from dashboard.notices import wording
from dashboard.notices.models import Notice
from dashboard.notices.seeing import see
from dashboard.web.bell import reader


def page(request: HttpRequest, notice_id: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.select_related("run"), pk=notice_id)
    see(reader(request), [notice.pk])
    return redirect(wording.path(notice))
