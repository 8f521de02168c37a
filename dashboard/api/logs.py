"""A run's console log for readers: windows of lines, where words are found, the whole file."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead
from dashboard.api.downloads import fitting, stem
from dashboard.api.serializers import refuse_unknown
from dashboard.metrics import store
from dashboard.runs.models import Run

LONGEST_WORDS = 1000


class _Asked(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(refuse_unknown(self, data))


class LinesSerializer(_Asked):
    first = serializers.IntegerField(default=-500, min_value=-(2**53), max_value=2**53)
    count = serializers.IntegerField(default=500, min_value=1, max_value=5000)


class HitsSerializer(_Asked):
    q = serializers.CharField(max_length=LONGEST_WORDS, trim_whitespace=False)


class Lines(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="runs_log_lines",
        parameters=[
            OpenApiParameter("first", int, description="from 0; negative: from the end; -500"),
            OpenApiParameter("count", int, description="lines at most, up to 5000; 500"),
        ],
        responses={200: dict, 304: None},
    )
    def get(self, request: Request, pk: str) -> Response:
        """Lines with their colours' escape sequences, progress bars in their last state.

        {"first", "lines", "total": lines of the log, "size": its bytes, "starts": where later
        attempts begin, "cut": by line, how many more characters it has than are shown}
        """
        asked = _read(LinesSerializer, request)
        found = store.log_lines(_run(pk).pk, asked["first"], asked["count"])
        etag = f'"{found.first}-{len(found.lines)}-{found.total}-{found.size}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
            return Response(status=304, headers=headers)
        return Response(dataclasses.asdict(found), headers=headers)


class Hits(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="runs_log_hits",
        parameters=[OpenApiParameter("q", required=True, description="words as they are seen")],
        responses={200: dict},
    )
    def get(self, request: Request, pk: str) -> Response:
        """Over the whole log, upper and lower case alike.

        {"count": lines that hold the words, "lines": the first 50,000 of them, "total"}
        """
        asked = _read(HitsSerializer, request)
        return Response(dataclasses.asdict(store.log_hits(_run(pk).pk, asked["q"])))


class File(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="runs_log_file", responses={200: OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The whole log as it was printed, byte for byte."""
        run = _run(pk)
        answer = StreamingHttpResponse(
            fitting(request, store.log_bytes(run.pk)), content_type="text/plain; charset=utf-8"
        )
        # Django's gzip makes a stream of its own of every piece, and readers stop at the first
        answer["Content-Encoding"] = "identity"
        answer["Content-Disposition"] = f'attachment; filename="{stem(run)}.log"'
        return answer

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Whoever asks for text/* alone is answered as well."""
        return super().perform_content_negotiation(request, force=True)


def _read(form: type[_Asked], request: Request) -> dict[str, Any]:
    asked = form(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _run(pk: str) -> Run:
    return get_object_or_404(Run.objects.only("pk", "name"), pk=pk)
