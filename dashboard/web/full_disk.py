"""What people meet when the app's disk fills up: a warning on every page, and at last a refusal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from dashboard.storage import disk

logger = logging.getLogger(__name__)


def warning(request: HttpRequest) -> dict[str, Any]:
    """For every template: app_disk, by which parts/disk.html warns."""
    return {"app_disk": disk.look()}


class FullDisk:
    """Answers 507 where a page could not write: a page of its own, which needs no database."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        full = isinstance(error, disk.NoRoom)
        full = full or (isinstance(error, DatabaseError) and disk.is_full(error))
        if not full:
            return None
        logger.error("%s %s: %s", request.method, request.path, error)
        return HttpResponse(loader.render_to_string("507.html"), status=507)
