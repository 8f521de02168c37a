"""Pages that are asked for again and again while a run lives: 304 while nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import get_language

from dashboard.runs import freshness
from dashboard.runs.freshness import MadeOf
from dashboard.runs.models import Run
from dashboard.storage import disk


def answer(
    request: HttpRequest, runs: Iterable[Run], render: Callable[[], HttpResponse], *more: Any
) -> HttpResponse:
    """What `render` makes, unless the asker has it already. more: what else the page depends on.

    Only the page's own script gets a 304: a person's reload always gets the page. `runs` must have
    been read before anything that `more` and `render` tell of them: so a page is as new as its
    ETag says, or newer.
    """
    shown = list(runs)
    made_of = _made_of(request, shown, more)
    freshness.declare(request, made_of)
    etag = f'"{_version(request, shown, (made_of.reader, *more))}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    response = render()
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    return response


def _made_of(request: HttpRequest, runs: list[Run], more: tuple[Any, ...]) -> MadeOf:
    """A page of runs alone says the same to everybody; base.html leaves out who reads it."""
    if more or not runs:
        return MadeOf(reader=str(request.user.pk))
    return MadeOf(tuple(run.pk for run in runs), freshness.version_of(runs))


def _version(request: HttpRequest, runs: list[Run], more: Iterable[Any]) -> str:
    judged = [str(run.examination.made_at) for run in runs if hasattr(run, "examination")]
    parts = [
        freshness.version_of(runs),
        *(run.pk for run in runs),
        *judged,
        request.get_full_path(),
        get_language() or "",
        disk.look().level,  # every page warns
        *map(str, more),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
