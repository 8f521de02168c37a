"""What people were told, for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead
from dashboard.api.serializers import refuse_unknown
from dashboard.notices.models import NEWS, Notice, Worry
from dashboard.notices.wording import headline, path


class NoticeQuery(serializers.Serializer[Any]):
    run = serializers.CharField(required=False, max_length=32)
    state = serializers.ChoiceField([*Worry.values, NEWS], required=False)
    before = serializers.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=1000)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class Notices(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="notices_list",
        parameters=[
            OpenApiParameter("run", description="of this run alone"),
            OpenApiParameter("state", description="fail, warn or news"),
            OpenApiParameter("before", int, description="`next` of the page before"),
            OpenApiParameter("limit", int, description="notices a page, up to 1000; 50"),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """The newest first. over_at: since when it passes again, or a later notice stands."""
        form = NoticeQuery(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        asked, limit = form.validated_data, form.validated_data["limit"]
        told = Notice.objects.select_related("run").order_by("-pk")
        told = told.filter(**{name: asked[name] for name in ("run", "state") if name in asked})
        if "before" in asked:
            told = told.filter(pk__lt=asked["before"])
        found = list(told[: limit + 1])
        more = found[limit - 1].pk if len(found) > limit else None
        return Response({"results": [_told(notice) for notice in found[:limit]], "next": more})


def _told(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "run": notice.run_id,  # null: news of a study, at `path`
        "rule": notice.rule,
        "state": notice.state,
        "since_step": notice.verdict.get("since_step"),
        "headline": headline(notice),
        "path": path(notice),
        "told_at": notice.told_at,
        "over_at": notice.over_at,
    }
