"""GET /healthz: does everything that this installation needs answer?"""

from __future__ import annotations

from typing import Any

import redis
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dashboard.training.broker import redis_client
from dashboard.training.models import Heartbeat


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with the state of each part, 503 when one is down."""
    parts = {"database": _database(), "redis": _redis()}
    if parts["database"] == "ok":
        parts["worker"] = _alive(Heartbeat.Kind.WORKER)
        parts["housekeeping"] = _alive(Heartbeat.Kind.HOUSEKEEPING)
    well = all(state == "ok" for state in parts.values()) and len(parts) == 4
    told: dict[str, Any] = {"status": "ok" if well else "down", **parts}
    return JsonResponse(told, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"down: {type(error).__name__}"
    return "ok"


def _redis() -> str:
    try:
        redis_client().ping()
    except redis.RedisError as error:
        return f"down: {type(error).__name__}"
    return "ok"


def _alive(kind: str) -> str:
    beats = list(Heartbeat.objects.filter(kind=kind))
    if any(beat.is_alive for beat in beats):
        return "ok"
    return "down: silent" if beats else "down: never seen"
