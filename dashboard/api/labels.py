"""Labels: what people say of a run's verdicts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayLaunch, name_of
from dashboard.api.runs import run_of
from dashboard.api.serializers import refuse_unknown
from dashboard.health.labelling import MOST_NOTE, Unfit, label
from dashboard.health.models import Label, Opinion


class LabelSerializer(serializers.Serializer[Any]):
    """What POST /api/runs/{id}/labels/ takes."""

    rule = serializers.CharField(max_length=100)
    opinion = serializers.ChoiceField(choices=Opinion.values)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=MOST_NOTE)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class Labels(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_labels", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """All that was ever said of its verdicts, newest first; `holds`: not replaced since."""
        run = run_of(pk)
        labels = [_told(one) for one in Label.objects.filter(run=run)]
        return Response({"run": run.pk, "labels": labels})

    @extend_schema(operation_id="runs_label", request=LabelSerializer, responses={201: dict})
    def post(self, request: Request, pk: str) -> Response:
        """Say of a rule's verdict that it is right or wrong, or missed something; none: take back.

        It takes the place of what the same person or token said before.
        """
        run = run_of(pk)
        form = LabelSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        try:
            kept = label(
                run, asked["rule"], asked["opinion"], by=name_of(request), note=asked["note"]
            )
        except Unfit as unfit:
            raise ValidationError({"opinion": [str(unfit)]}) from unfit
        return Response(_told(kept), status=201)


def _told(one: Label) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "rule_version": one.rule_version,
        "state": one.state,
        "held_back": one.held_back or None,
        "thresholds": one.thresholds,
        "opinion": one.opinion,
        "fault": one.fault,
        "note": one.note,
        "made_by": one.made_by,
        "made_at": one.made_at,
        "holds": one.holds,
    }
