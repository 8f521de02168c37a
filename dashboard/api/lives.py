"""A run's end: trash, restore, lock, unlock, purge; and who may do which."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayAdminister, MayLaunch, name_of
from dashboard.api.errors import Conflict
from dashboard.api.runs import detail, run_of
from dashboard.api.serializers import RunDetailSerializer
from dashboard.runs import lifecycle


class RunTrash(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_trash", request=None, responses=RunDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """Into the trash, with everything it has. 409 while it is live or locked."""
        run = run_of(pk)
        if not lifecycle.trash(run):
            raise Conflict(
                "only a run that has ended, is not locked and is not in the trash yet"
                " can be put there"
            )
        return Response(detail(run))


class RunRestore(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_restore", request=None, responses=RunDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """Out of the trash to where it was before, or out of the archive."""
        run = run_of(pk)
        if not lifecycle.restore(run):
            raise Conflict("this run is neither in the trash nor archived, or is being deleted")
        return Response(detail(run))


class RunLock(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_lock", request=None, responses=RunDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """Keep it from being deleted: by people, by programs and by retention."""
        run = run_of(pk)
        if not lifecycle.lock(run):
            raise Conflict("this run is locked already, or is being deleted")
        return Response(detail(run))


class RunUnlock(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_unlock", request=None, responses=RunDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        run = run_of(pk)
        if not lifecycle.unlock(run):
            raise Conflict("this run is not locked")
        return Response(detail(run))


class RunPurge(APIView):
    permission_classes = (MayAdminister,)

    @extend_schema(operation_id="runs_purge", request=None, responses={202: dict})
    def post(self, request: Request, pk: str) -> Response:
        """Delete a run in the trash for good: points, log, samples, and its directories on the
        workers. Answered at once and carried out within seconds; it cannot be undone.
        """
        run = run_of(pk)
        if not lifecycle.purge(run, by=name_of(request)):
            raise Conflict("only a run that is in the trash, and not locked, can be deleted")
        return Response({"run": pk, "purged_at": run.purged_at}, status=202)
