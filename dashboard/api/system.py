"""Readings of the host that a run is on: workers bring them, readers of the run see them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead, MayWork
from dashboard.api.work import OFFSET, receive
from dashboard.metrics import store
from dashboard.runs.models import Run


class System(APIView):
    """The bytes of system.jsonl from ?offset= on."""

    def get_permissions(self) -> list[BasePermission]:
        return [MayWork() if self.request.method == "POST" else MayRead()]

    @extend_schema(operation_id="runs_system", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """{"readings": by name its times (seconds since 1970) and values, "words": what was said}.

        cpu/* in processors, memory/* and disk/* in bytes, rates in bytes a second.
        """
        run = get_object_or_404(Run.objects.only("pk"), pk=pk)
        found = store.system(run.pk)
        readings: dict[str, Any] = {
            name: {"times": series.times.tolist(), "values": series.values.tolist()}
            for name, series in found.curves.items()
        }
        return Response({"run": run.pk, "readings": readings, "words": found.words})

    @extend_schema(
        operation_id="runs_system_keep",
        parameters=OFFSET,
        request=OpenApiTypes.BINARY,
        responses={200: dict},
    )
    def post(self, request: Request, pk: str) -> Response:
        """{"offset": bytes stored now, "refused": how many lines were no readings}."""
        receipt = receive(request, pk, store.append_system)
        return Response({"offset": receipt.offset, "refused": len(receipt.rejected)})
