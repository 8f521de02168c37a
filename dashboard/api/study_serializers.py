"""Studies as the API takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from dashboard.api.serializers import refuse_unknown
from dashboard.comparison.models import Design, Direction, Summary
from dashboard.comparison.queueing import MOST_SEEDS
from dashboard.runs.models import Run
from dashboard.training.queue import HIGHEST, LOWEST

WAYS = ("trainer", "runs", "verdict")


class _Strict(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class GuardrailSerializer(_Strict):
    metric = serializers.CharField(max_length=300)
    direction = serializers.ChoiceField(Direction.choices)
    smallest = serializers.FloatField(required=False, allow_null=True, default=None)


class PartSerializer(_Strict):
    name = serializers.CharField(max_length=60)
    patch = serializers.DictField(allow_empty=False)


class RunsSerializer(_Strict):
    before = serializers.PrimaryKeyRelatedField(queryset=Run.objects.all(), many=True)
    after = serializers.PrimaryKeyRelatedField(queryset=Run.objects.all(), many=True)


class VerdictSerializer(_Strict):
    run = serializers.PrimaryKeyRelatedField(queryset=Run.objects.all())
    rule = serializers.CharField(max_length=60)


class QuestionSerializer(_Strict):
    """What a study asks; PATCH takes any of it."""

    title = serializers.CharField(max_length=200)
    hypothesis = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    metric = serializers.CharField(max_length=300)
    direction = serializers.ChoiceField(Direction.choices)
    smallest = serializers.FloatField()
    summary = serializers.ChoiceField(Summary.choices, required=False)
    last_k = serializers.IntegerField(required=False)
    guardrails = GuardrailSerializer(many=True, required=False)


class OpenStudySerializer(QuestionSerializer):
    """What POST /api/studies/ takes: a question, and one of trainer, runs and verdict."""

    trainer = serializers.CharField(max_length=40, required=False)
    preset = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    config = serializers.DictField(required=False, default=dict)
    patch = serializers.DictField(required=False, default=dict)
    parts = PartSerializer(many=True, required=False, default=list)
    design = serializers.ChoiceField(Design.choices, required=False, default=Design.COMPARE)
    seeds = serializers.IntegerField(required=False, default=3)
    first_seed = serializers.IntegerField(required=False, default=0, min_value=0)
    paired = serializers.BooleanField(required=False, allow_null=True, default=None)
    project = serializers.CharField(max_length=100, required=False, default="default")
    priority = serializers.IntegerField(
        required=False, default=0, min_value=LOWEST, max_value=HIGHEST
    )
    runs = RunsSerializer(required=False)
    verdict = VerdictSerializer(required=False)
    key = serializers.CharField(required=False, default="", max_length=32, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(way in attrs for way in WAYS) != 1:
            raise serializers.ValidationError(
                "Give one of trainer (new runs of a configuration and a patch), runs (those that"
                " are there) and verdict (the fix that it names)."
            )
        return attrs


class SeedsSerializer(_Strict):
    count = serializers.IntegerField(min_value=1, max_value=MOST_SEEDS)
    priority = serializers.IntegerField(
        required=False, default=0, min_value=LOWEST, max_value=HIGHEST
    )


class ExplanationSerializer(_Strict):
    """An empty reason takes the explanation back."""

    difference = serializers.CharField(max_length=300)
    reason = serializers.CharField(allow_blank=True, max_length=2000)
