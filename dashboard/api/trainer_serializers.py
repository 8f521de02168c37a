"""What the API tells of a trainer; trainers.describe makes it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class PresetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    values = serializers.DictField(help_text="every setting, as the preset has it")


class MetricSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    direction = serializers.ChoiceField(["lower", "higher", "none"], help_text="which is better")
    lower_bound = serializers.FloatField(allow_null=True)
    meaning = serializers.CharField(allow_blank=True)


class FixSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    symptom = serializers.CharField()
    patch = serializers.DictField(help_text="what to change in the configuration")
    rule = serializers.CharField(help_text="the rule that sees the symptom")


class TrainerBriefSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    primary = serializers.CharField(help_text="the metric that says whether a fix worked")
    presets = serializers.ListField(child=serializers.CharField())


class TrainerSerializer(TrainerBriefSerializer):
    schema = serializers.DictField(help_text="JSON schema of the configuration")
    presets = PresetSerializer(many=True)  # type: ignore[assignment]
    metrics = MetricSerializer(many=True)
    fixes = FixSerializer(many=True)
