"""All charts of a page in one answer: GET /api/figures/?runs=a,b&x=step&smooth=0.6."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from dashboard.api.figure_query import PARAMETERS, Asked, read_query
from dashboard.api.figure_words import note, title
from dashboard.charts.curves import Line, chart
from dashboard.charts.evidence import Evidence
from dashboard.health.wording import worded
from dashboard.metrics import store
from dashboard.metrics.series import EMPTY, Curves, Series
from dashboard.runs.models import Run

GROUPS = ("train", "eval", "region", "bank")  # these first, then the others by name
LAST_GROUPS = ("time", "system")


@dataclass(frozen=True)
class Subject:
    """A run with what is drawn of it."""

    run: Run
    curves: Curves
    origin: float
    verdicts: Sequence[dict[str, Any]]
    marks: Sequence[store.Mark]


@extend_schema(
    operation_id="figures",
    parameters=PARAMETERS,
    responses={200: OpenApiTypes.OBJECT, 304: None},
)
@api_view(["GET"])
def read(request: Request) -> Response:
    """Figures of the runs' metrics, and what each left out; 304 where the ETag is current."""
    asked = read_query(request)
    runs = _runs(asked.runs)
    version = _version(request, asked.runs, runs)
    etag = f'"{version}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        return Response(status=304, headers={"ETag": etag})
    body = {
        "version": version,
        "live": any(run.is_live for run in runs),
        "figures": _figures(asked, runs),
    }
    return Response(body, headers={"ETag": etag, "Cache-Control": "no-cache"})


def _runs(ids: Sequence[str]) -> list[Run]:
    """In the order asked for. Http404 names the first that does not exist."""
    found = Run.objects.select_related("examination").in_bulk(list(ids))
    for run_id in ids:
        if run_id not in found:
            raise Http404(_("There is no run %(id)s.") % {"id": run_id})
    return [found[run_id] for run_id in ids]


def _version(request: Request, ids: Sequence[str], runs: Iterable[Run]) -> str:
    judged = [str(run.examination.made_at) for run in runs if hasattr(run, "examination")]
    query = request.META.get("QUERY_STRING", "")
    parts = [store.version(ids), query, get_language() or "", *judged]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _figures(asked: Asked, runs: Sequence[Run]) -> list[dict[str, Any]]:
    names = _names(asked, runs)
    drawn = [name for name in names if _group(name) not in asked.closed]
    subjects = [_subject(run, drawn, asked) for run in runs]
    return [_figure(name, subjects, asked, shown=name in drawn) for name in names]


def _names(asked: Asked, runs: Sequence[Run]) -> list[str]:
    known = dict.fromkeys(name for run in runs for name in store.names(run.pk))
    if asked.names:
        return [name for name in asked.names if name in known]
    return sorted((name for name in known if name.startswith(asked.prefix)), key=_order)


def _order(name: str) -> tuple[int, str, bool, str]:
    """Losses lead their group."""
    group = _group(name)
    place = GROUPS.index(group) if group in GROUPS else len(GROUPS) + (group in LAST_GROUPS)
    return place, group, "loss" not in name, name


def _group(name: str) -> str:
    return name.partition("/")[0] if "/" in name else "other"


def _subject(run: Run, names: list[str], asked: Asked) -> Subject:
    curves = store.read(run.pk, names) if names else {}
    alone = len(asked.runs) == 1
    return Subject(
        run,
        curves,
        run.started_at.timestamp() if run.started_at else 0.0,
        _verdicts(run, asked.evidence) if alone else (),
        store.marks(run.pk) if alone else (),
    )


def _verdicts(run: Run, evidence: str) -> list[dict[str, Any]]:
    if not evidence or not hasattr(run, "examination"):
        return []
    found = run.examination.verdicts
    if evidence == "all":
        found = [verdict for verdict in found if verdict["state"] in ("fail", "warn")]
    else:
        found = [verdict for verdict in found if verdict["rule"] == evidence]
    return [worded(verdict) for verdict in found]


def _figure(name: str, subjects: Sequence[Subject], asked: Asked, *, shown: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "group": _group(name),
        "title": title(name, dict.fromkeys(one.run.trainer for one in subjects)),
    }
    if not shown:
        return found | {"figure": None, "note": ""}
    having = [subject for subject in subjects if name in subject.curves]
    drawn = chart([_line(subject, name) for subject in having], asked.view)
    return found | {"figure": drawn.figure, "note": note(drawn)}


def _line(subject: Subject, name: str) -> Line:
    series = subject.curves[name]
    marks = _marks(subject.marks) if name.endswith("loss") else EMPTY
    return Line(
        subject.run.name,
        subject.run.number,
        series,
        min(subject.origin or math.inf, float(series.times[0])),
        tuple(_evidence(verdict, name) for verdict in subject.verdicts if _speaks(verdict, name)),
        marks,
        tuple(f"{mark.name}: {mark.text}" for mark in subject.marks) if len(marks) else (),
    )


def _marks(marks: Sequence[store.Mark]) -> Series:
    steps, times = [mark.step for mark in marks], [mark.time for mark in marks]
    return Series.of(steps, [0.0] * len(marks), times)


def _speaks(verdict: dict[str, Any], name: str) -> bool:
    return any(part["curve"] == name for part in verdict.get("evidence", ()))


def _evidence(verdict: dict[str, Any], name: str) -> Evidence:
    part = next(part for part in verdict["evidence"] if part["curve"] == name)
    level, window = part.get("level") or {}, verdict.get("window")
    return Evidence(
        verdict["state"],
        verdict["title"],
        verdict["rule"],
        part.get("steps", ()),
        [float(value) for value in part.get("values", ())],
        None if level.get("value") is None else float(level["value"]),
        level.get("label") or "",
        (window[0], window[1]) if window else None,
    )
