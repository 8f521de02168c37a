"""Answers that are longer than memory: sent piece by piece."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from rest_framework.request import Request

from dashboard.runs.models import Run


def fitting(request: Request, body: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Under ASGI Django would gather all of an ordinary iterator before it sends the first byte."""
    return _stepwise(body) if isinstance(request._request, ASGIRequest) else body


def stem(run: Run) -> str:
    """The run's name as that of a file."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", run.name).strip("-.") or run.pk


async def _stepwise(body: Iterator[bytes]) -> AsyncIterator[bytes]:
    step = sync_to_async(lambda: next(body, b""))
    while piece := await step():
        yield piece
