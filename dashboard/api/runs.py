"""Runs for programs: list, launch, read, stop, archive. What deletes them: api/lives.py."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayLaunch, MayRead
from dashboard.api.errors import Conflict, Misasked
from dashboard.api.serializers import (
    CurvesSerializer,
    LaunchSerializer,
    ListSerializer,
    RunDetailSerializer,
    RunPageSerializer,
    RunSerializer,
)
from dashboard.api.wire import numbers
from dashboard.health.models import Examination
from dashboard.metrics import store
from dashboard.metrics.thinning import Thinned, thin
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.search.finding import Asked, Found, find
from dashboard.training.launching import launch


class RunList(APIView):
    """Every run, and the door to launch one."""

    permission_classes = (MayLaunch,)

    @extend_schema(
        operation_id="runs_list",
        parameters=[
            OpenApiParameter("q", description="a query: see docs/search.md"),
            OpenApiParameter("sort", description="a field; -field turns the order; -created"),
            OpenApiParameter("cursor", description="of `next` or `previous`"),
            OpenApiParameter("archived", description="1: the archived ones instead"),
            OpenApiParameter("limit", int, description="runs a page, up to 1000; 50"),
        ],
        responses=RunPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """A page of the runs that fit; pages stay as they are while runs arrive."""
        form = ListSerializer(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        found = find(
            Asked(asked["q"], asked["sort"], asked["cursor"], asked["archived"], asked["limit"])
        )
        if found.error:
            raise Misasked(found.error)
        return Response(RunPageSerializer(_page(request, found)).data)

    @extend_schema(
        operation_id="runs_launch", request=LaunchSerializer, responses={201: RunSerializer}
    )
    def post(self, request: Request) -> Response:
        form = LaunchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        user = request.user if isinstance(request.user, User) else None
        run = launch(values.pop("trainer"), user=user, **values)
        return Response(RunSerializer(run).data, status=201)


class RunDetail(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="runs_read", responses=RunDetailSerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(detail(run_of(pk)))


class RunStop(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_stop", request=None, responses=RunDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """A queued run is stopped at once, a running one saves a checkpoint first."""
        run = run_of(pk)
        if not lifecycle.request_stop(run):
            raise Conflict(f"this run has ended already: it is {run.status}")
        return Response(detail(run))


class RunArchive(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_archive", request=None, responses=RunDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        run = run_of(pk)
        if not lifecycle.archive(run):
            raise Conflict("only a run that has ended, and is not archived yet, can be archived")
        return Response(detail(run))


class RunCurves(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="runs_curves",
        parameters=[
            OpenApiParameter("name", description="a metric's name; repeatable; all without"),
            OpenApiParameter("buckets", int, description="each drawn as its extremes; 1000"),
        ],
        responses={200: dict},
    )
    def get(self, request: Request, pk: str) -> Response:
        """Steps, wall times and values of curves; extremes and non-finite points are never lost."""
        run = run_of(pk)
        query: dict[str, Any] = {"name": request.query_params.getlist("name")}
        if "buckets" in request.query_params:
            query["buckets"] = request.query_params["buckets"]
        form = CurvesSerializer(data=query)
        form.is_valid(raise_exception=True)
        names = form.validated_data["name"] or None
        read = store.read(run.pk, names)
        buckets = form.validated_data["buckets"]
        curves = [_curve(name, thin(series, buckets)) for name, series in read.items()]
        return Response({"run": run.pk, "curves": curves})


class RunVerdicts(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="runs_verdicts", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """The verdicts, worst first, in the language that Accept-Language asks for."""
        return _verdicts(pk, getattr(run_of(pk), "examination", None))

    @extend_schema(operation_id="runs_judge", request=None, responses={200: dict})
    def post(self, request: Request, pk: str) -> Response:
        """Judge the run now, on all of its points, and answer as GET does."""
        from dashboard.health.examination import examine

        return _verdicts(pk, examine(run_of(pk)))


def _verdicts(pk: str, examination: Examination | None) -> Response:
    from dashboard.health.precedence import worst_first
    from dashboard.health.wording import worded

    if examination is None:
        return Response({"run": pk, "state": None, "made_at": None, "verdicts": []})
    return Response(
        {
            "run": pk,
            "state": examination.state,
            "made_at": examination.made_at,
            "points": examination.points,
            "whole_points": examination.whole_points,
            "made_by": examination.engine_version,
            "thresholds": examination.thresholds,
            "verdicts": [worded(verdict) for verdict in worst_first(examination.verdicts)],
        }
    )


def _page(request: Request, found: Found) -> dict[str, Any]:
    return {
        "count": found.count.number,
        "count_is_exact": found.count.exact,
        "next": _address(request, found.next),
        "previous": _address(request, found.previous),
        "results": found.runs,
    }


def _address(request: Request, cursor: str) -> str | None:
    """This list's address at another page."""
    if not cursor:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def run_of(pk: str) -> Run:
    return get_object_or_404(Run.objects.select_related("project"), pk=pk)


def detail(run: Run) -> Any:
    context = {"summaries": store.summaries([run.pk])[run.pk]}
    return RunDetailSerializer(run, context=context).data


def _curve(name: str, thinned: Thinned) -> dict[str, Any]:
    return {
        "name": name,
        "count": thinned.count,
        "buckets": thinned.buckets,
        "steps": thinned.steps.tolist(),
        "times": thinned.times.tolist(),
        "values": thinned.values.tolist(),
        "nonfinite": {
            "steps": thinned.nonfinite.steps.tolist(),
            "times": thinned.nonfinite.times.tolist(),
            "values": numbers(thinned.nonfinite.values),
        },
    }
