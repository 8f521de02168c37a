"""Sample pictures: workers bring the files, whoever may read the run sees them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead, MayWork
from dashboard.api.errors import NoRoom, TooLarge
from dashboard.metrics import store
from dashboard.runs import files, lifecycle, samples
from dashboard.runs.models import Run
from dashboard.storage import disk
from trainers.sample_document import FILE_LIMIT

TYPES = {"png": "image/png", "json": "application/json"}
FOR_EVER = "private, max-age=31536000, immutable"  # named by its content: it can never change


class SampleList(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="runs_samples", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """The samples a run told of, newest step first, and where their documents are."""
        run = _run(pk)
        arrived = files.names(run.pk)
        told = [_told(run.pk, sample, arrived) for sample in store.samples(run.pk)]
        return Response({"run": run.pk, "samples": told})


class SampleFile(APIView):
    """One file, named by its content: <32 hex digits>.png or .json."""

    def get_permissions(self) -> list[BasePermission]:
        return [MayWork() if self.request.method == "PUT" else MayRead()]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Whoever asks for image/* alone is answered as well."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(operation_id="runs_sample_file", responses={200: OpenApiTypes.BINARY, 304: None})
    def get(self, request: Request, pk: str, name: str) -> HttpResponse:
        """The picture, or the document that says what a sample shows."""
        etag = f'"{name}"'
        headers = {"ETag": etag, "Cache-Control": FOR_EVER}
        data = samples.read(_run(pk).pk, name)
        if data is None:
            raise Http404("this file has not arrived, or is not one of a sample")
        if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(data, content_type=TYPES[name[-4:].lstrip(".")], headers=headers)

    @extend_schema(
        operation_id="runs_sample_keep", request=OpenApiTypes.BINARY, responses={200: dict}
    )
    def put(self, request: Request, pk: str, name: str) -> Response:
        """{"stored": whether it was new}. Sending a file twice does no harm."""
        run = _run(pk)
        if int(request.META.get("CONTENT_LENGTH") or 0) > FILE_LIMIT:
            raise TooLarge(f"A sample's file may have {FILE_LIMIT // 2**20} MiB: make it smaller.")
        disk.make_sure_of_room()
        try:
            stored = samples.keep(run.pk, name, request.body)
        except OSError as error:
            raise NoRoom(f"the app cannot store it ({error.strerror}): make room") from error
        if stored and name.endswith(".json"):
            lifecycle.touch([run.pk])  # pages show it now; its pictures came before it
        return Response({"stored": stored})


def _run(pk: str) -> Run:
    return get_object_or_404(Run.objects.only("pk"), pk=pk)


def _told(run_id: str, sample: store.SampleEvent, arrived: set[str]) -> dict[str, Any]:
    return {
        "step": sample.step,
        "name": sample.name,
        "time": sample.time,
        "arrived": sample.file in arrived,
        "document": reverse("sample_file", args=[run_id, sample.file]),
    }
