"""Studies for programs: open, read, answer, add seeds, change, explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api import study_answers
from dashboard.api.access import MayLaunch, MayRead, name_of
from dashboard.api.study_serializers import (
    ExplanationSerializer,
    OpenStudySerializer,
    QuestionSerializer,
    SeedsSerializer,
)
from dashboard.comparison.attribution import Part
from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import NAMES, Definition
from dashboard.comparison.existing import from_runs
from dashboard.comparison.explaining import explain
from dashboard.comparison.models import Design, Study
from dashboard.comparison.once import once
from dashboard.comparison.opening import from_verdict, open_study, patch_of
from dashboard.comparison.plan import Plan, parts_of_fix, taken_apart
from dashboard.comparison.question import change_question
from dashboard.comparison.queueing import add_seeds
from dashboard.comparison.report.making import as_html, as_markdown
from dashboard.comparison.who import Who

PAGE = 200
REPORTS = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8"}


class StudyList(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(
        operation_id="studies_list",
        parameters=[
            OpenApiParameter("project", description="of this project alone"),
            OpenApiParameter("before", description="the id of the last one of an earlier answer"),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """{"results": the newest 200 studies, "more": whether there are older ones}."""
        found = Study.objects.select_related("project")
        if project := request.query_params.get("project"):
            found = found.filter(project__name=project)
        if before := request.query_params.get("before"):
            found = found.filter(pk__lt=before)
        page = list(found[: PAGE + 1])
        told = [study_answers.brief(study) for study in page[:PAGE]]
        return Response({"results": told, "more": len(page) > PAGE})

    @extend_schema(operation_id="studies_open", request=OpenStudySerializer, responses={201: dict})
    def post(self, request: Request) -> Response:
        """Keep the question and queue its runs, the arms by turns; once for a key."""
        form = OpenStudySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
        question = Definition(**{name: asked.pop(name) for name in NAMES if name in asked})
        study, new = once(asked["key"], lambda: _opened(question, asked, _who(request)))
        return Response(study_answers.detail(study), status=201 if new else 200)


class StudyDetail(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="studies_read", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """The question, its arms with their runs, and every change of the question."""
        return Response(study_answers.detail(_study(pk)))

    @extend_schema(operation_id="studies_change", request=QuestionSerializer, responses={200: dict})
    def patch(self, request: Request, pk: str) -> Response:
        """Change the question; each change is kept and shown with the answer."""
        study = _study(pk)
        form = QuestionSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        change_question(study, _who(request), **form.validated_data)
        return Response(study_answers.detail(_study(pk)))


class StudyAnswer(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="studies_answer", responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """Each arm against the first, as its runs stand now."""
        return Response(study_answers.conclusion(conclude(_study(pk))))


class StudyReport(APIView):
    permission_classes = (MayRead,)

    @extend_schema(
        operation_id="studies_report",
        parameters=[OpenApiParameter("file", description="html (one file, no server) or md")],
        responses={(200, "text/html"): str},
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        """The study as one document, as its runs stand now."""
        kind = request.query_params.get("file", "html")
        if kind not in REPORTS:
            raise ValidationError({"file": [f"html or md (got {kind!r})"]})
        study = _study(pk)
        found = conclude(study)
        if kind == "md":
            text = as_markdown(found)
        else:
            data = {"study": study_answers.detail(study), "answer": study_answers.conclusion(found)}
            text = as_html(found, data)
        name = f"study-{study.pk}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(text, content_type=REPORTS[kind], headers=headers)


class StudySeeds(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(operation_id="studies_seeds", request=SeedsSerializer, responses={201: dict})
    def post(self, request: Request, pk: str) -> Response:
        """Queue so many more runs of each arm."""
        study = _study(pk)
        form = SeedsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        add_seeds(study, asked["count"], _who(request), priority=asked["priority"])
        return Response(study_answers.detail(_study(pk)), status=201)


class StudyExplanations(APIView):
    permission_classes = (MayLaunch,)

    @extend_schema(
        operation_id="studies_explain", request=ExplanationSerializer, responses={200: dict}
    )
    def post(self, request: Request, pk: str) -> Response:
        """Say why a difference between the arms cannot have made the effect."""
        study = _study(pk)
        form = ExplanationSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        explain(study, told["difference"], told["reason"], _who(request))
        return Response(study_answers.conclusion(conclude(_study(pk))))


def _opened(question: Definition, asked: Mapping[str, Any], who: Who) -> Study:
    if "runs" in asked:
        return from_runs(question, asked["runs"]["before"], asked["runs"]["after"], who)
    if "verdict" in asked:
        run, rule = asked["verdict"]["run"], asked["verdict"]["rule"]
        patch = asked["patch"] or patch_of(run, rule)
        return from_verdict(run, rule, question, who, patch=patch, seeds=asked["seeds"])
    return open_study(question, _plan(asked), who)


def _plan(asked: Mapping[str, Any]) -> Plan:
    parts = [Part(**part) for part in asked["parts"]] or parts_of_fix(
        asked["trainer"], asked["patch"]
    )
    if asked["parts"] and asked["patch"]:
        raise ValidationError({"parts": ["Give either a patch or its parts."]})
    kept = ("trainer", "preset", "config", "seeds", "first_seed", "paired", "project", "priority")
    return Plan(
        arms=taken_apart(parts, asked["design"]),
        design=asked["design"] if len(parts) > 1 else Design.COMPARE,
        parts=parts,
        **{name: asked[name] for name in kept},
    )


def _study(pk: str) -> Study:
    return get_object_or_404(Study.objects.select_related("project"), pk=pk)


def _who(request: Request) -> Who:
    user = request.user if isinstance(request.user, User) else None
    return Who(name_of(request), user)
