"""A project's thresholds and targets: what may be chosen, what was, choosing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayLaunch, name_of
from dashboard.api.errors import Conflict
from dashboard.api.serializers import refuse_unknown
from dashboard.health import choosing
from dashboard.health.choosing import Refused
from dashboard.health.models import Choice
from dashboard.health.rule import Rule
from dashboard.health.rules import RULES
from dashboard.runs.models import Project

HISTORY = 50  # versions that are told


class ChangesField(serializers.DictField):
    """{rule: {threshold: value}}; null takes one back to the rule's own."""

    child = serializers.DictField(child=serializers.JSONField(allow_null=True))


class ChoiceSerializer(serializers.Serializer[Any]):
    """What PATCH /api/projects/{name}/thresholds/ takes."""

    values = ChangesField()
    targets = serializers.CharField(
        required=False, allow_blank=True, max_length=10_000,
        help_text='One a line or with ";" between, as "train/loss < 1.0 at 50".',
    )  # fmt: skip
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    version = serializers.IntegerField(required=False, min_value=0)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class Thresholds(APIView):
    """What a project's runs are judged by."""

    permission_classes = (MayLaunch,)

    @extend_schema(
        operation_id="thresholds_read",
        parameters=[OpenApiParameter("version", int, description="an older one; the newest")],
        responses={200: dict},
    )
    def get(self, request: Request, name: str) -> Response:
        """Every threshold of every rule: its own value, its range, and the project's."""
        project = get_object_or_404(Project, name=name)
        return Response(_told(project, _choice(project, request.query_params.get("version"))))

    @extend_schema(
        operation_id="thresholds_change", request=ChoiceSerializer, responses={200: dict}
    )
    def patch(self, request: Request, name: str) -> Response:
        """Keep a new version: the newest with these values changed; null is the rule's own.

        targets: all that hold from now on; left out, those that did
        version: the one that was looked at, where nothing must have come in between (409)
        """
        project = get_object_or_404(Project, name=name)
        form = ChoiceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        before = choosing.in_force(project.pk)
        try:
            choice = choosing.choose(
                project,
                choosing.changed(before.values, asked["values"]),
                by=name_of(request),
                note=asked["note"],
                after=asked.get("version", before.version),
                targets=asked.get("targets"),
            )
        except Refused as refused:
            raise refusal(refused) from refused
        return Response(_told(project, choice))


def refusal(refused: Refused) -> Exception:
    """400 with the range of each faulty value; 409 where somebody else was first."""
    if not refused.faults:
        return Conflict(refused.why)
    faults: dict[str, Any] = {
        f"{rule}.{name}": [why] for (rule, name), why in refused.faults.items()
    }
    return ValidationError(faults)


def _choice(project: Project, version: str | None) -> Choice | None:
    if version is None:
        return choosing.newest(project.pk)
    known = version.isascii() and version.isdigit() and len(version) < 10
    found = Choice.objects.filter(project=project, version=int(version) if known else -1).first()
    if found is None:
        raise NotFound(f"this project has no version {version} of its thresholds")
    return found


def _told(project: Project, choice: Choice | None) -> dict[str, Any]:
    overrides = choosing.overrides_of(choice)
    return {
        "project": project.name,
        "version": overrides.version,
        "targets": choice.targets if choice else "",
        "thresholds": [row for rule in RULES for row in _rows(rule, overrides.of(rule))],
        "ignored": [
            {"rule": rule, "threshold": name, "value": value}
            for rule, name, value in overrides.ignored(RULES)
        ],
        "history": [
            {
                "version": one.version,
                "values": one.values,
                "targets": one.targets,
                "note": one.note,
                "made_by": one.made_by,
                "made_at": one.made_at,
            }
            for one in Choice.objects.filter(project=project)[:HISTORY]
        ],
    }


def _rows(rule: Rule, chosen: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        {
            "rule": rule.name,
            "threshold": t.name,
            "says": _(t.says),
            "value": chosen.get(t.name, t.default),
            "default": t.default,
            "low": t.low,
            "high": t.high,
            "whole": t.is_whole,
        }
        for t in rule.thresholds
    ]
