"""Pages that are asked for again and again while a run lives: 304 while nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import get_language

from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.storage import disk


def answer(
    request: HttpRequest, runs: Iterable[Run], render: Callable[[], HttpResponse], *more: Any
) -> HttpResponse:
    """What `render` makes, unless the asker has it already. more: what else the page depends on.

    Only the page's own script gets a 304: a person's reload always gets the page.
    """
    etag = f'"{_version(request, list(runs), more)}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    response = render()
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    return response


def _version(request: HttpRequest, runs: list[Run], more: Iterable[Any]) -> str:
    judged = [str(run.examination.made_at) for run in runs if hasattr(run, "examination")]
    ids = [run.pk for run in runs]
    parts = [
        store.version(ids),
        *ids,
        *judged,
        request.get_full_path(),
        get_language() or "",
        str(request.user.pk),
        disk.look().level,  # every page warns
        *map(str, more),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
