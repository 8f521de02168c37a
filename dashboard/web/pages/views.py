"""Saving and forgetting named views of the table."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from dashboard.web import saved_views


@require_POST
def page(request: HttpRequest) -> HttpResponse:
    if request.POST.get("action") == "remove":
        saved_views.remove(request)
    else:
        saved_views.save(request)
    return redirect(f"{reverse('table')}?{saved_views.address(request.GET)}".rstrip("?"))
