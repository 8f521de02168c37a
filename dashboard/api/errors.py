"""Errors as the API tells them: {"detail": what is wrong and what to do, "errors": by field}."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.defaults import page_not_found
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dashboard.metrics.store import Gap, OtherFile, TooMany, Unreadable
from dashboard.runs.files import Full
from dashboard.runs.samples import NoSample
from dashboard.search.errors import Hint
from dashboard.storage import disk
from dashboard.training import refusals
from dashboard.training.queue import OutOfRange
from trainers.config import ConfigError


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "A post may carry 16 MiB: send the rest in a second one."


class NoRoom(exceptions.APIException):
    """The app's own disk: whoever sends keeps it and tries again."""

    status_code = status.HTTP_507_INSUFFICIENT_STORAGE


NO_ROOM = (
    "the database's disk is full: nothing was stored; keep the data and send it again once an"
    " administrator has made room"
)


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class Misasked(Exception):
    """A query of the search that cannot be read."""

    def __init__(self, hint: Hint) -> None:
        self.hint = hint
        super().__init__(hint.says)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """A program that asks at an address where nothing is gets no page for people."""
    if not request.path.startswith("/api/"):
        return page_not_found(request, exception)
    told = f"There is nothing at {request.path}; /api/docs/ lists every address."
    return JsonResponse({"detail": told}, status=404)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, taught the errors of the house."""
    for kind, (code, told) in ANSWERS.items():
        if isinstance(error, kind):
            return Response(told(error), status=code)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, DatabaseError) and disk.is_full(error):
        error = NoRoom(NO_ROOM)
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.ValidationError):
        response.data = {"detail": _sentence(error.detail), "errors": error.detail}
    return response


def _misasked(hint: Hint) -> dict[str, Any]:
    """Where the trouble is, in characters of q, and what may have been meant."""
    told = {"detail": hint.says, "errors": {"q": [hint.says]}}
    return {**told, "from": hint.span[0], "to": hint.span[1], "near": list(hint.near)}


def _refused(error: ConfigError) -> dict[str, Any]:
    told = refusals.told(error)
    return {"detail": _sentence(told), "errors": told}


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        return "; ".join(f"{name}: {_sentence(told)}" for name, told in detail.items())
    if isinstance(detail, list):
        return " ".join(_sentence(told) for told in detail)
    return str(detail)


ANSWERS: dict[type[Exception], tuple[int, Callable[[Any], dict[str, Any]]]] = {
    ConfigError: (400, lambda error: _refused(error)),
    Misasked: (400, lambda error: _misasked(error.hint)),
    NoSample: (400, lambda error: {"detail": f"{error}; nothing was stored"}),
    Unreadable: (
        400,
        lambda error: {"detail": f"no line of this post is an event ({error}); nothing was stored"},
    ),
    OutOfRange: (409, lambda error: {"detail": str(error)}),
    Gap: (409, lambda error: {"detail": str(error), "expected": error.expected}),
    OtherFile: (409, lambda error: {"detail": str(error)}),
    disk.NoRoom: (507, lambda error: {"detail": str(error)}),
    Full: (413, lambda error: {"detail": str(error)}),
    TooMany: (413, lambda error: {"detail": f"{error}; nothing was stored"}),
}
