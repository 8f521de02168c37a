"""Every point of a run as CSV, JSON or Parquet: GET /api/runs/{id}/points/?file=csv, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from dashboard.api.access import MayRead
from dashboard.api.downloads import fitting, stem
from dashboard.api.point_files import as_csv, as_json, as_parquet
from dashboard.metrics import store
from dashboard.metrics.store import Piece
from dashboard.runs.models import Run

FILES: dict[str, tuple[str, Callable[[Iterator[Piece]], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "json": ("application/json", as_json),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
}


class Points(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="runs_points",
        parameters=[
            OpenApiParameter("file", description="csv (default), json or parquet"),
            OpenApiParameter("name", description="a metric's name; repeatable; all without"),
            OpenApiParameter("superseded", description="1: also what a resume logged anew"),
        ],
        responses={200: OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: str) -> StreamingHttpResponse:
        """metric, attempt, step, time, value and superseded of every point, never thinned."""
        run = get_object_or_404(Run, pk=pk)
        kind = request.query_params.get("file", "csv")
        if kind not in FILES:
            raise ValidationError({"file": _("One of: %(names)s.") % {"names": ", ".join(FILES)}})
        content_type, write = FILES[kind]
        pieces = store.pieces(run.pk, request.query_params.getlist("name") or store.names(run.pk))
        if request.query_params.get("superseded") != "1":
            pieces = (piece.counting() for piece in pieces)
        answer = StreamingHttpResponse(fitting(request, write(pieces)), content_type=content_type)
        # Django's gzip makes a stream of its own of every piece, and readers stop at the first
        answer["Content-Encoding"] = "identity"
        answer["Content-Disposition"] = f'attachment; filename="{stem(run)}.{kind}"'
        return answer
