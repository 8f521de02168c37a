"""The bell's inside, which each open page asks for every few seconds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.web import live
from dashboard.web.bell import reader, ring


def page(request: HttpRequest) -> HttpResponse:
    bell = ring(reader(request))

    def answer() -> HttpResponse:
        return render(request, "parts/bell_inside.html", {"bell": bell})

    return live.answer(request, [], answer, *bell.key)
