"""Trials: a verdict's fix in one run of the same seed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayLaunch
from dashboard.api.runs import run_of
from dashboard.api.serializers import RunSerializer, refuse_unknown
from dashboard.api.wire import number
from dashboard.comparison.opening import patch_of
from dashboard.comparison.trials import Tried, follow, trials_of, try_fix
from dashboard.runs.models import Run


class TrySerializer(serializers.Serializer[Any]):
    """What POST /api/runs/{id}/try/ takes. Without changes: those that the verdict offers."""

    rule = serializers.CharField(max_length=60)
    changes = serializers.DictField(required=False, allow_empty=False)
    key = serializers.CharField(required=False, default="", max_length=32, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class Trials(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_trials", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """The runs that try a verdict of this run, and what the same rule says of each."""
        run = run_of(pk)
        own = [trial for trial in trials_of(run) if trial.run_id != run.pk]
        return Response({"run": run.pk, "trials": [_told(tried) for tried in follow(own)]})

    @extend_schema(operation_id="runs_try", request=TrySerializer, responses={201: RunSerializer})
    def post(self, request: Request, pk: str) -> Response:
        """Queue a clone with the changes, of the same seed, and with this run as its baseline."""
        run = run_of(pk)
        form = TrySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        child = _launched(run, request.user, **asked)
        return Response(RunSerializer(child).data, status=201)


def _launched(run: Run, user: Any, *, rule: str, key: str, changes: Any = None) -> Run:
    wanted = patch_of(run, rule) if changes is None else changes
    return try_fix(run, rule, wanted, key=key, user=user if isinstance(user, User) else None)


def _told(tried: Tried) -> dict[str, Any]:
    found = tried.primaries
    return {
        "run": tried.run.pk,
        "rule": tried.rule,
        "outcome": tried.outcome,
        "lack": tried.lack,
        "metric": found.metric if found else None,
        "before": number(found.before) if found else None,
        "after": number(found.after) if found else None,
        "comparable": found.why is None if found else None,
    }
