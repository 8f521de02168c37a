"""Buckets of many curves of many runs in one answer: GET /api/windows/?runs=a,b&names=c,d."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from dashboard.api.figure_query import PARAMETERS, Asked, read_query
from dashboard.api.figure_subjects import origin
from dashboard.api.wire import numbers
from dashboard.metrics import store
from dashboard.metrics.buckets import NAMES, Buckets, thinned
from dashboard.runs.models import Run

MOST_CURVES = 5000  # runs x metrics in one answer
ASKED = ("runs", "names", "prefix", "x", "window", "buckets", "tz")


def _parameters() -> list[OpenApiParameter]:
    return [parameter for parameter in PARAMETERS if parameter.name in ASKED]


@extend_schema(
    operation_id="windows", parameters=_parameters(), responses={200: OpenApiTypes.OBJECT}
)
@api_view(["GET"])
def read(request: Request) -> HttpResponse:
    """Of each curve at most `buckets` buckets of the window, which keep every extreme.

    A bucket: its first and last step and wall time, first and last value, low, high and mean of
    the finite ones and where the extremes are, count, and how many NaN, +Inf (above) and -Inf
    (below). x=metric is for figures alone.
    """
    asked = read_query(request)
    if asked.view.axis.name == "metric":
        raise ValidationError({"x": _("One of: %(names)s.") % {"names": "step, relative, wall"}})
    found = Run.objects.in_bulk(list(asked.runs))
    for run_id in asked.runs:
        if run_id not in found:
            raise Http404(_("There is no run %(id)s.") % {"id": run_id})
    spans = {pk: asked.view.axis.span(origin(found[pk])) for pk in asked.runs}
    windows = store.read_windows(spans, _names(asked), asked.view.buckets)
    curves = [
        _told(run, name, window, asked.view.buckets)
        for run, some in windows.items()
        for name, window in some.items()
    ]
    return HttpResponse(msgspec.json.encode({"curves": curves}), content_type="application/json")


def _names(asked: Asked) -> list[str]:
    names = list(asked.names)
    if not names:
        known = {name for run in asked.runs for name in store.names(run)}
        names = sorted(name for name in known if name.startswith(asked.prefix))
    if len(names) * len(asked.runs) > MOST_CURVES:
        told = _("At most %(count)s curves at once: name fewer runs or metrics.")
        raise ValidationError({"names": told % {"count": MOST_CURVES}})
    return names


def _told(run: str, name: str, window: store.Window, most: int) -> dict[str, Any]:
    found = thinned(window.buckets, most)
    points = window.points
    return {
        "run": run,
        "name": name,
        "points": points,
        "thinned": len(found) < points,
        "buckets": {column: _column(found, column) for column in NAMES},
    }


def _column(found: Buckets, name: str) -> list[Any]:
    column = getattr(found, name)
    told: list[Any] = column.tolist() if np.isfinite(column).all() else numbers(column)
    return told
