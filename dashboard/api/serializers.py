"""Runs as the API takes and gives them."""

from __future__ import annotations

import dataclasses
from typing import Any

from rest_framework import serializers

from dashboard.api.wire import number
from dashboard.metrics.store import Summary
from dashboard.runs.models import Run
from dashboard.training.endings import is_known
from dashboard.training.queue import HIGHEST, LOWEST


def refuse_unknown(form: serializers.Serializer[Any], data: Any) -> Any:
    """The data, without fields that do not exist: a misspelt one would be ignored in silence."""
    if isinstance(data, dict) and (unknown := sorted(set(data) - set(form.fields))):
        known = ", ".join(form.fields)
        raise serializers.ValidationError(
            {name: [f"There is no such field; there are: {known}."] for name in unknown}
        )
    return data


class LaunchSerializer(serializers.Serializer[Any]):
    """What POST /api/runs/ takes."""

    trainer = serializers.CharField(max_length=40)
    preset = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    config = serializers.DictField(required=False, default=dict)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    project = serializers.CharField(max_length=100, required=False, default="default")
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=50
    )
    seed = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**63 - 1
    )
    priority = serializers.IntegerField(
        required=False, default=0, min_value=LOWEST, max_value=HIGHEST
    )
    note = serializers.CharField(required=False, allow_blank=True, default="")
    baseline = serializers.PrimaryKeyRelatedField(
        queryset=Run.objects.all(), required=False, allow_null=True, default=None
    )
    stop_when_fatal = serializers.BooleanField(required=False, default=False)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class RunSerializer(serializers.ModelSerializer[Run]):
    """One run, as lists show it."""

    project = serializers.CharField(source="project.name")
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    baseline = serializers.CharField(source="baseline_id", allow_null=True)

    class Meta:
        model = Run
        fields = [
            "id",
            "url",
            "name",
            "number",
            "project",
            "trainer",
            "preset",
            "status",
            "stop_requested",
            "stop_when_fatal",
            "stopped_by",
            "tags",
            "seed",
            "priority",
            "note",
            "baseline",
            "config",
            "attempt",
            "processes",
            "host",
            "slot",
            "exit_code",
            "failure",
            "created_at",
            "started_at",
            "finished_at",
            "archived_at",
            "trashed_at",
            "locked_at",
        ]
        read_only_fields = fields


class ListSerializer(serializers.Serializer[Any]):
    """What GET /api/runs/ takes."""

    q = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    sort = serializers.CharField(required=False, allow_blank=True, default="")
    cursor = serializers.CharField(required=False, allow_blank=True, default="")
    archived = serializers.BooleanField(required=False, default=False)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=1000)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class RunPageSerializer(serializers.Serializer[Any]):
    """A page of runs. count: how many there are; at least so many where it is not exact."""

    count = serializers.IntegerField()
    count_is_exact = serializers.BooleanField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RunSerializer(many=True)


class RunDetailSerializer(RunSerializer):
    """One run with its facts, its snapshot and the summary of every metric."""

    metrics = serializers.SerializerMethodField()

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "facts", "snapshot", "metrics"]
        read_only_fields = fields

    def get_metrics(self, run: Run) -> dict[str, dict[str, Any]]:
        """By metric name: last, last_step, last_time, min, max, count, nonfinite."""
        summaries: dict[str, Summary] = self.context.get("summaries", {})
        return {name: _told(summary) for name, summary in summaries.items()}


class ClaimSerializer(serializers.Serializer[Any]):
    host = serializers.CharField(max_length=200)
    slots = serializers.ListField(  # those that are free
        child=serializers.CharField(max_length=40), min_length=1, max_length=1024
    )
    capacity = serializers.IntegerField(  # how many the host has, busy ones included
        required=False, default=None, allow_null=True, min_value=1, max_value=1024
    )


class LeaseSerializer(serializers.Serializer[Any]):
    lease = serializers.CharField(max_length=32)


class FinishSerializer(LeaseSerializer):
    outcome = serializers.ChoiceField(["finished", "failed", "stopped", "interrupted", "lost"])
    exit_code = serializers.IntegerField(required=False, allow_null=True, default=None)
    failure = serializers.CharField(required=False, allow_blank=True, default="")
    failure_told = serializers.DictField(required=False, default=dict)  # {"text", "values"}

    def validate_failure_told(self, told: dict[str, Any]) -> dict[str, Any]:
        """What this app can tell in other languages; of an unknown text the English is kept."""
        return told if is_known(told) else {}


class HeartbeatSerializer(serializers.Serializer[Any]):
    host = serializers.CharField(max_length=200)
    detail = serializers.DictField(required=False, default=dict)


class PurgesSerializer(serializers.Serializer[Any]):
    host = serializers.CharField(max_length=200)
    runs = serializers.ListField(  # of which this host has directories
        child=serializers.CharField(max_length=32), max_length=500
    )
    removed = serializers.DictField(
        child=serializers.IntegerField(min_value=0), required=False, default=dict
    )


class OffsetSerializer(serializers.Serializer[Any]):
    """Where the posted bytes begin in the file, and which directory the file is in."""

    offset = serializers.IntegerField(min_value=0, max_value=2**62)
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=32, required=False, allow_blank=True, default=""
    )


class CurvesSerializer(serializers.Serializer[Any]):
    name = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    buckets = serializers.IntegerField(required=False, default=1000, min_value=1, max_value=10_000)


def _told(summary: Summary) -> dict[str, Any]:
    told = dataclasses.asdict(summary)
    del told["name"]
    return {
        key: number(value) if isinstance(value, float) else value for key, value in told.items()
    }
