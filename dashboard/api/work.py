"""The GPU side's door: claim, keep, ship, finish. Open to worker tokens alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayWork
from dashboard.api.errors import Conflict, TooLarge
from dashboard.api.serializers import (
    ClaimSerializer,
    FinishSerializer,
    HeartbeatSerializer,
    LeaseSerializer,
    OffsetSerializer,
    PurgesSerializer,
)
from dashboard.health.examination import examine
from dashboard.health.watching import catch_up, watch
from dashboard.metrics import store
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.storage import disk, purging
from dashboard.training import endings
from dashboard.training.endings import Ending
from dashboard.training.models import Heartbeat

FENCED = "this run is not yours any more: stop its trainer and claim another"
TOLD = 100  # refused lines that an answer names; it says how many there are

OFFSET = [
    OpenApiParameter("offset", int, required=True, description="where the bytes begin in the file"),
    OpenApiParameter("source", str, description="names the run directory they come from"),
]


class Claims(APIView):
    permission_classes = (MayWork,)

    @extend_schema(operation_id="claims_create", request=ClaimSerializer, responses={200: dict})
    def post(self, request: Request) -> Response:
        """{"run": the best queued run with its lease, or null where nothing is to be started}."""
        form = ClaimSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        run = lifecycle.claim(told["host"], *told["slots"], capacity=told["capacity"])
        return Response({"run": _order(run) if run else None})


class Lease(APIView):
    permission_classes = (MayWork,)

    @extend_schema(operation_id="runs_renew", request=LeaseSerializer, responses={200: dict})
    def post(self, request: Request, pk: str) -> Response:
        """Keep a claimed run; 409 when it is another's by now."""
        form = LeaseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        _known(pk)
        renewal = lifecycle.renew(pk, form.validated_data["lease"])
        if renewal is None:
            raise Conflict(FENCED)
        catch_up(pk)
        return Response(
            {"stop_requested": renewal.stop_requested, "lease_seconds": renewal.lease_seconds}
        )


class Finish(APIView):
    permission_classes = (MayWork,)

    @extend_schema(operation_id="runs_finish", request=FinishSerializer, responses={200: dict})
    def post(self, request: Request, pk: str) -> Response:
        """Say how a claimed run ended; 409 when it is another's by now."""
        form = FinishSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        _known(pk)
        if not _end(pk, **form.validated_data):
            raise Conflict(FENCED)
        run = Run.objects.get(pk=pk)
        if not run.is_live:
            store.settle(pk)
        examine(run)
        return Response({"status": run.status})


class Events(APIView):
    """The bytes of events.jsonl from ?offset= on."""

    permission_classes = (MayWork,)

    @extend_schema(
        operation_id="runs_events",
        parameters=OFFSET,
        request=OpenApiTypes.BINARY,
        responses={200: dict},
    )
    def post(self, request: Request, pk: str) -> Response:
        """{"offset": bytes stored now, "points": stored, "refused": how many lines could not be,
        "rejected": the first hundred of them, with their offsets in this post and the reasons}.
        """
        receipt = receive(request, pk, store.append)
        watch(pk)
        rejected = [{"offset": r.offset, "reason": r.reason} for r in receipt.rejected[:TOLD]]
        return Response(
            {
                "offset": receipt.offset,
                "points": receipt.points,
                "refused": len(receipt.rejected),
                "rejected": rejected,
            }
        )


class Log(APIView):
    """The bytes of console.log from ?offset= on."""

    permission_classes = (MayWork,)

    @extend_schema(
        operation_id="runs_log",
        parameters=OFFSET,
        request=OpenApiTypes.BINARY,
        responses={200: dict},
    )
    def post(self, request: Request, pk: str) -> Response:
        """{"offset": bytes stored now}."""
        return Response({"offset": receive(request, pk, store.append_log).offset})


class Workers(APIView):
    permission_classes = (MayWork,)

    @extend_schema(operation_id="workers_beat", request=HeartbeatSerializer, responses={200: dict})
    def post(self, request: Request) -> Response:
        """A worker host's sign of life. {"deleted": how many runs were deleted ever}."""
        form = HeartbeatSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        Heartbeat.objects.update_or_create(
            kind=Heartbeat.Kind.WORKER,
            name=form.validated_data["host"],
            defaults={"detail": form.validated_data["detail"], "seen_at": now()},
        )
        return Response({"deleted": purging.count()})


class Purges(APIView):
    permission_classes = (MayWork,)

    @extend_schema(operation_id="purges_ask", request=PurgesSerializer, responses={200: dict})
    def post(self, request: Request) -> Response:
        """{"purged": those of `runs` that were deleted: their directories are to be removed}.

        removed: bytes by run of the directories that this host has removed.
        """
        form = PurgesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        if told["removed"]:
            purging.removed(told["host"], told["removed"])
        return Response({"purged": purging.gone(told["runs"])})


def receive(
    request: Request, pk: str, append: Callable[[str, int, bytes, str], store.Receipt]
) -> store.Receipt:
    form = OffsetSerializer(data=request.query_params)
    form.is_valid(raise_exception=True)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise TooLarge
    _known(pk)
    disk.make_sure_of_room()
    return append(pk, form.validated_data["offset"], request.body, form.validated_data["source"])


def _known(pk: str) -> None:
    get_object_or_404(Run.objects.only("pk"), pk=pk)


def _order(run: Run) -> dict[str, Any]:
    """All that a runner needs to know."""
    return {
        "id": run.pk,
        "lease": run.lease,
        "lease_seconds": settings.LEASE_SECONDS,
        "attempt": run.attempt,
        "trainer": run.trainer,
        "config": run.config,
        "seed": run.seed,
        "host": run.host,
        "slot": run.slot,
        "processes": run.processes,
    }


def _end(
    pk: str, lease: str, outcome: str, exit_code: int | None, failure: str, failure_told: Ending
) -> bool:
    if outcome == "finished":
        return lifecycle.finish(pk, lease, exit_code or 0)
    if outcome == "failed":
        return lifecycle.fail(pk, lease, failure, exit_code, failure_told)
    if outcome == "stopped":
        return lifecycle.stopped(pk, lease, exit_code)
    if outcome == "interrupted":
        return lifecycle.interrupt(pk, lease)
    why, told = (failure, failure_told) if failure else (endings.GONE, endings.say(endings.GONE))
    return lifecycle.lose(pk, lease, why, told) is not None
