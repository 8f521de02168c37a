"""What became of all that was sent for a run: GET /api/runs/{id}/ledger/."""

from __future__ import annotations

import dataclasses

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead
from dashboard.metrics import store
from dashboard.runs.models import Run


class RunLedger(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="runs_ledger", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """Points sent, stored, rejected, late …; `balanced`: nothing acknowledged is missing."""
        get_object_or_404(Run.objects.only("pk"), pk=pk)
        account = store.account(pk)
        told = dataclasses.asdict(account)
        sums = {"missing": account.missing, "unsent": account.unsent, "balanced": account.balanced}
        return Response({"run": pk, **sums, **told})
