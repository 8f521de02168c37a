"""What can be launched: the trainers with their settings, presets, metrics and known fixes."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead
from dashboard.api.trainer_serializers import TrainerBriefSerializer, TrainerSerializer
from trainers.catalog import TRAINERS
from trainers.describe import brief, described


class TrainerList(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="trainers_list", responses=TrainerBriefSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every trainer, in the language that Accept-Language asks for."""
        return Response([brief(trainer, gettext) for trainer in TRAINERS.values()])


class TrainerDetail(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="trainers_read", responses=TrainerSerializer)
    def get(self, request: Request, name: str) -> Response:
        """One trainer: the JSON schema of its configuration, presets, metrics and fixes.

        POST /api/runs/ takes {"trainer": name, "preset": …, "config": …}; a fix's patch belongs
        into "config".
        """
        if name not in TRAINERS:
            raise Http404(f"there is no trainer {name[:60]}; there are: {', '.join(TRAINERS)}")
        return Response(described(TRAINERS[name], gettext))
