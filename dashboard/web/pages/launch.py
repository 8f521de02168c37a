"""What can be launched: the trainers and their presets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trainers.catalog import TRAINERS


def page(request: HttpRequest) -> HttpResponse:
    trainers = sorted(TRAINERS.values(), key=lambda one: one.name == "rehearsal")
    is_admin = request.user.is_authenticated and request.user.is_superuser
    problems = TRAINERS.problems if is_admin else ()
    return render(request, "pages/launch.html", {"trainers": trainers, "problems": problems})
