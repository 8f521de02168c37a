"""Errors as the API tells them: {"detail": what is wrong and what to do, "errors": by field}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dashboard.metrics.store import Gap, OtherFile, TooMany, Unreadable
from dashboard.runs.files import Full
from dashboard.runs.samples import NoSample
from trainers.config import ConfigError


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "A post may carry 16 MiB: send the rest in a second one."


class NoRoom(exceptions.APIException):
    """The app's own disk: whoever sends keeps it and tries again."""

    status_code = status.HTTP_507_INSUFFICIENT_STORAGE


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, taught the errors of the house."""
    for kind, status_code, words in OURS:
        if isinstance(error, kind):
            more = {name: getattr(error, name) for name in TOLD.get(kind, ())}
            return Response({"detail": words.format(error), **more}, status=status_code)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.ValidationError):
        response.data = {"detail": _sentence(error.detail), "errors": error.detail}
    return response


# The errors of the house: their status, and how their words are told.
OURS: tuple[tuple[type[Exception], int, str], ...] = (
    (ConfigError, 400, "{}"),
    (Gap, 409, "{}"),
    (OtherFile, 409, "{}"),
    (TooMany, 413, "{}; nothing was stored"),
    (Unreadable, 400, "no line of this post is an event ({}); nothing was stored"),
    (NoSample, 400, "{}; nothing was stored"),
    (Full, 413, "{}"),
)
TOLD: dict[type[Exception], tuple[str, ...]] = {ConfigError: ("errors",), Gap: ("expected",)}


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        return "; ".join(f"{name}: {_sentence(told)}" for name, told in detail.items())
    if isinstance(detail, list):
        return " ".join(_sentence(told) for told in detail)
    return str(detail)
