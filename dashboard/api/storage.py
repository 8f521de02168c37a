"""What runs take on the disk, and what a project's retention does about it."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead, MayReadOrAdminister
from dashboard.api.serializers import refuse_unknown
from dashboard.runs.models import Project, Run
from dashboard.storage import disk, retention, trash, usage
from dashboard.storage.database import database
from dashboard.storage.models import Usage

PAGED = [
    OpenApiParameter("after", description="`next` of the page before"),
    OpenApiParameter("limit", int, description="runs a page, up to 1000; 50"),
]


class StorageQuery(serializers.Serializer[Any]):
    after = serializers.CharField(required=False, allow_blank=True, default="")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=1000)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class RetentionSerializer(serializers.ModelSerializer[Project]):
    """Days; null is never."""

    class Meta:
        model = Project
        fields = ["trash_after", "purge_after"]
        extra_kwargs = {name: {"min_value": 1, "max_value": retention.MOST_DAYS} for name in fields}

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class Storage(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="storage_read",
        parameters=PAGED,
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Bytes on the app's disk: of all, by project, and by run, the biggest first."""
        page = usage.biggest(*_asked_page(request))
        room = disk.look()
        shares = usage.by_project().items()
        return Response(
            {
                "disk": {"size": room.size, "free": room.free, "level": room.level},
                "database": dataclasses.asdict(database()),
                "projects": [{"project": p.name, **dataclasses.asdict(s)} for p, s in shares],
                "runs": [_told(row) for row in page.usages],
                "next": page.next or None,
            }
        )


class Trash(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="trash_list",
        parameters=PAGED,
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """The runs in the trash, the newest there first; leaves_at: when retention deletes it."""
        page = trash.page(*_asked_page(request))
        return Response(
            {"results": [_trashed(run) for run in page.runs], "next": page.next or None}
        )


class Retention(APIView):
    """What becomes of a project's old runs."""

    permission_classes = (MayReadOrAdminister,)

    @extend_schema(operation_id="retention_read", responses={200: dict})
    def get(self, request: Request, name: str) -> Response:
        """The days, and which runs they concern now."""
        return Response(_retention(get_object_or_404(Project, name=name)))

    @extend_schema(
        operation_id="retention_change", request=RetentionSerializer, responses={200: dict}
    )
    def patch(self, request: Request, name: str) -> Response:
        """trash_after: days since a run's end; purge_after: days in the trash. null: never."""
        project = get_object_or_404(Project, name=name)
        form = RetentionSerializer(project, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        form.save()
        return Response(_retention(project))


def _retention(project: Project) -> dict[str, Any]:
    due = retention.preview(project, project.trash_after, project.purge_after)
    return {
        "project": project.name,
        "trash_after": project.trash_after,
        "purge_after": project.purge_after,
        "due": {
            part: None if (found := getattr(due, part)) is None else found.share.runs
            for part in ("trash", "purge")
        },
    }


def _trashed(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "name": run.name,
        "project": run.project.name,
        "total": run.usage.total if hasattr(run, "usage") else None,
        "trashed_at": run.trashed_at,
        "locked_at": run.locked_at,
        "purged_at": run.purged_at,
        "leaves_at": trash.leaves_at(run),
    }


def _asked_page(request: Request) -> tuple[str, int]:
    """Where the page begins, and how long it is."""
    form = StorageQuery(data=request.query_params.dict())
    form.is_valid(raise_exception=True)
    return form.validated_data["after"], form.validated_data["limit"]


def _told(row: Usage) -> dict[str, Any]:
    return {
        "run": row.run_id,
        "name": row.run.name,
        "project": row.run.project.name,
        "points": row.points,
        "log": row.log,
        "samples": row.samples,
        "total": row.total,
        "trashed_at": row.run.trashed_at,
        "locked_at": row.run.locked_at,
        "measured_at": row.measured_at,
    }
