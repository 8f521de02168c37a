"""Errors as the API tells them: {"detail": what is wrong and what to do, "errors": by field}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dashboard.metrics.store import Gap, Unreadable
from dashboard.runs.files import Full
from dashboard.runs.samples import NoSample
from dashboard.search.errors import Hint
from trainers.config import ConfigError


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "A post may carry 16 MiB: send the rest in a second one."


class NoRoom(exceptions.APIException):
    """The app's own disk: whoever sends keeps it and tries again."""

    status_code = status.HTTP_507_INSUFFICIENT_STORAGE


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class Misasked(Exception):
    """A query of the search that cannot be read."""

    def __init__(self, hint: Hint) -> None:
        self.hint = hint
        super().__init__(hint.says)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, taught the errors of the house."""
    if told := _of_the_house(error):
        return told
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.ValidationError):
        response.data = {"detail": _sentence(error.detail), "errors": error.detail}
    return response


def _of_the_house(error: Exception) -> Response | None:
    """For errors that are not DRF's."""
    if isinstance(error, ConfigError):
        return Response({"detail": str(error), "errors": error.errors}, status=400)
    if isinstance(error, Gap):
        return Response({"detail": str(error), "expected": error.expected}, status=409)
    if isinstance(error, Unreadable):
        told = f"no line of this post is an event ({error}); nothing was stored"
        return Response({"detail": told}, status=400)
    if isinstance(error, NoSample):
        return Response({"detail": f"{error}; nothing was stored"}, status=400)
    if isinstance(error, Full):
        return Response({"detail": str(error)}, status=413)
    if isinstance(error, Misasked):
        return Response(_misasked(error.hint), status=400)
    return None


def _misasked(hint: Hint) -> dict[str, Any]:
    """Where the trouble is, in characters of q, and what may have been meant."""
    told = {"detail": hint.says, "errors": {"q": [hint.says]}}
    return {**told, "from": hint.span[0], "to": hint.span[1], "near": list(hint.near)}


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        return "; ".join(f"{name}: {_sentence(told)}" for name, told in detail.items())
    if isinstance(detail, list):
        return " ".join(_sentence(told) for told in detail)
    return str(detail)
