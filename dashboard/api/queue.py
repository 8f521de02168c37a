"""The queue for programs: its order, why each run waits, and another order."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayLaunch, MayRead, TokenHolder
from dashboard.api.errors import Conflict
from dashboard.api.serializers import refuse_unknown
from dashboard.runs.models import Run, Status
from dashboard.training import queue
from dashboard.training.ordering import MOVES
from dashboard.training.queue import HIGHEST, LOWEST, Place


class MoveSerializer(serializers.Serializer[Any]):
    """Either a move or a priority."""

    move = serializers.ChoiceField(choices=MOVES, required=False)
    priority = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST, required=False)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                "Give either move (up, down or top) or priority (a number)."
            )
        return attrs


class Queue(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="queue", responses={200: dict})
    def get(self, request: Request) -> Response:
        """{"queue": every waiting run in the order in which they are claimed, and why it waits}."""
        places = queue.places()
        runs = Run.objects.only("name", "priority").in_bulk(list(places))
        return Response(
            {"queue": [_told(runs[pk], place) for pk, place in places.items() if pk in runs]}
        )


class RunPlace(APIView):
    """A waiting run's place; 409 where it does not wait."""

    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_queue", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """Its place from 1 on, and why it waits."""
        return Response(_place(get_object_or_404(Run, pk=pk)))

    @extend_schema(operation_id="runs_queue_move", request=MoveSerializer, responses={200: dict})
    def post(self, request: Request, pk: str) -> Response:
        """{"move": "up", "down" or "top"} or {"priority": 5}: what it is after that."""
        form = MoveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        run, told = get_object_or_404(Run, pk=pk), form.validated_data
        if "move" in told:
            queue.move(run, told["move"], _who(request))
        else:
            queue.set_priority(run, told["priority"], _who(request))
        return Response(_place(Run.objects.get(pk=pk)))


def _place(run: Run) -> dict[str, Any]:
    place = queue.place(run)
    if place is None:
        raise Conflict(
            f"this run does not wait: it is {run.status}"
            if run.status != Status.QUEUED
            else "this run is archived"
        )
    return _told(run, place)


def _told(run: Run, place: Place) -> dict[str, Any]:
    return {
        "run": run.pk,
        "name": run.name,
        "priority": run.priority,
        "place": place.place,
        "of": place.of,
        "why": place.reason.why,
        "needs": place.reason.needs,
        "most": place.reason.most,
        "free": place.reason.free,
        "behind": place.behind.pk if place.behind else None,
    }


def _who(request: Request) -> str:
    user = request.user
    return f"token {user.token.name}" if isinstance(user, TokenHolder) else user.get_username()
