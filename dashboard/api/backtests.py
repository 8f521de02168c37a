"""Back-tests for programs: open one, carry it on, read what flips, use its thresholds."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayLaunch, MayRead, name_of
from dashboard.api.serializers import refuse_unknown
from dashboard.api.thresholds import ChangesField, refusal
from dashboard.health import backtest, choosing
from dashboard.health.agreement import Agreement
from dashboard.health.choosing import Refused
from dashboard.health.models import BackTest
from dashboard.health.outcome import outcome
from dashboard.health.wording import told
from dashboard.runs.models import Project
from dashboard.search.replayed import Unread, replayed


class OpenSerializer(serializers.Serializer[Any]):
    """What POST /api/projects/{name}/backtests/ takes."""

    values = ChangesField()
    runs = serializers.IntegerField(
        required=False, default=backtest.USUAL_RUNS, min_value=1, max_value=backtest.MOST_RUNS
    )
    q = serializers.CharField(required=False, allow_blank=True, default="")

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class UseSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class BackTests(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="backtests_open", request=OpenSerializer, responses={201: dict})
    def post(self, request: Request, name: str) -> Response:
        """Try the newest thresholds with these changed on the project's newest runs that fit q.

        Nothing is replayed yet: post to its `go-on` until `left` is 0.
        """
        project = get_object_or_404(Project, name=name)
        form = OpenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        values = choosing.changed(choosing.in_force(project.pk).values, asked["values"])
        try:
            runs = replayed(project, asked["runs"], asked["q"])
            made = backtest.open_one(project, values, runs, by=name_of(request), query=asked["q"])
        except Unread as unread:
            raise ValidationError({"q": [str(unread)]}) from unread
        except Refused as refused:
            raise refusal(refused) from refused
        return Response(_told(made), status=201)


class BackTestDetail(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="backtests_read", responses={200: dict})
    def get(self, request: Request, pk: int) -> Response:
        """Which verdicts flip, how both sides agree with labels, what could not be replayed."""
        return Response(_told(get_object_or_404(BackTest, pk=pk)))


class BackTestGoOn(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="backtests_go_on", request=None, responses={200: dict})
    def post(self, request: Request, pk: int) -> Response:
        """Replay for about a second and a half; one run at least. Again while `left` is not 0."""
        found = get_object_or_404(BackTest, pk=pk)
        backtest.go_on(found)
        return Response(_told(found))


class BackTestUse(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="backtests_use", request=UseSerializer, responses={200: dict})
    def post(self, request: Request, pk: int) -> Response:
        """Its thresholds hold in the project from now on. 409 where others were saved since."""
        found = get_object_or_404(BackTest, pk=pk)
        form = UseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            backtest.use(found, by=name_of(request), note=form.validated_data["note"])
        except Refused as refused:
            raise refusal(refused) from refused
        found.refresh_from_db()
        return Response(_told(found))


def _told(found: BackTest) -> dict[str, Any]:
    seen = outcome(found)
    return {
        "id": found.pk,
        "project": found.project.name,
        "version": found.version,
        "current": found.current,
        "proposed": found.proposed,
        "rules": found.rules,
        "made_by": found.made_by,
        "made_at": found.made_at,
        "applied": found.applied.version if found.applied else None,
        "runs": len(seen.replays),
        "left": seen.left,
        "seconds": seen.seconds,
        "flips": [dataclasses.asdict(flip) for flip in seen.flips],
        "kept": seen.kept,
        "agreement": {"current": _agreement(seen.before), "proposed": _agreement(seen.after)},
        "disputed": seen.disputed,
        "problems": [
            {"run": replay.run_id, "name": replay.name, "why": told(replay.problem)}
            for replay in seen.failed
        ],
    }


def _agreement(side: Agreement) -> dict[str, Any]:
    return {**dataclasses.asdict(side), "interval": side.interval, "is_enough": side.is_enough}
