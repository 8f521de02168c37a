"""What can be launched: the trainers and their presets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trainers.catalog import TRAINERS


def page(request: HttpRequest) -> HttpResponse:
    trainers = sorted(TRAINERS.values(), key=lambda one: one.name == "rehearsal")
    return render(request, "pages/launch.html", {"trainers": trainers})
