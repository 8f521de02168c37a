"""All charts of a page in one answer: GET /api/figures/?runs=a,b&x=step&smooth=0.6."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from dashboard.api import mark_words
from dashboard.api.figure_arms import Grouped, arms_figure, read_arms
from dashboard.api.figure_query import PARAMETERS, Asked, read_query
from dashboard.api.figure_samples import SEEN
from dashboard.api.figure_subjects import Subject, read_subjects
from dashboard.api.figure_words import note, title, uncounted, unplaced
from dashboard.charts.curves import chart
from dashboard.charts.evidence import Evidence
from dashboard.charts.line import Line
from dashboard.metrics import store
from dashboard.metrics.series import EMPTY, Series
from dashboard.runs import freshness
from dashboard.runs.freshness import MadeOf
from dashboard.runs.models import Run

GROUPS = ("train", "eval", "region", "bank")  # these first, then the others by name
LAST_GROUPS = ("time", "system")


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
    version = _version(request, runs)
    etag = f'"{version}"'
    freshness.declare(request._request, MadeOf(asked.runs, freshness.version_of(runs)))
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


def _version(request: Request, runs: Sequence[Run]) -> str:
    judged = [str(run.examination.made_at) for run in runs if hasattr(run, "examination")]
    query = request.META.get("QUERY_STRING", "")
    parts = [freshness.version_of(runs), query, get_language() or "", *judged]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _figures(asked: Asked, runs: Sequence[Run]) -> list[dict[str, Any]]:
    names = _names(asked, runs)
    unfolded = [name for name in names if _group(name) not in asked.closed]
    drawn = _drawn_now(asked, unfolded)
    subjects = read_subjects(runs, drawn, asked)
    among = read_arms(runs, asked.arms) if asked.draw != "runs" else None

    def shown(name: str) -> dict[str, Any]:
        if name not in drawn:
            return {"figure": None, "note": "", "says": [], "later": name in unfolded}
        return _arms(name, subjects, asked, among) if among else _figure(name, subjects, asked)

    return [_heading(name, subjects) | shown(name) for name in names]


def _drawn_now(asked: Asked, unfolded: Sequence[str]) -> list[str]:
    """Those that the reader sees; the others are drawn when they are asked for."""
    if asked.seen is None:
        return list(unfolded[: asked.most])
    return [name for name in unfolded if name in asked.seen]


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


def _heading(name: str, subjects: Sequence[Subject]) -> dict[str, Any]:
    return {
        "name": name,
        "group": _group(name),
        "title": title(name, dict.fromkeys(one.run.trainer for one in subjects)),
    }


def _figure(name: str, subjects: Sequence[Subject], asked: Asked) -> dict[str, Any]:
    having = [one for one in subjects if name in one.curves and not one.uncounted]
    drawn = chart([_line(subject, name) for subject in having], asked.view)
    told = [note(drawn), *_unplaced(name, having, asked), *_coarse(name, having)]
    says = uncounted([one.run.name for one in subjects if one.uncounted])
    return {"figure": drawn.figure, "note": " · ".join(told), "says": says}


def _arms(name: str, subjects: Sequence[Subject], asked: Asked, among: Grouped) -> dict[str, Any]:
    found = arms_figure(name, subjects, asked, among, _line)
    having = [one for one in subjects if name in one.curves and not one.uncounted]
    left_out = _unplaced(name, having, asked)
    told = [part for part in (found.note, *left_out, *_coarse(name, having)) if part]
    says = [*found.says, *uncounted([one.run.name for one in subjects if one.uncounted])]
    return {"figure": found.figure, "note": " · ".join(told), "says": says}


def _coarse(name: str, having: Sequence[Subject]) -> list[str]:
    coarse = any(name in one.coarse for one in having)
    return [_("too many points to smooth each: smoothed over buckets")] if coarse else []


def _unplaced(name: str, having: Sequence[Subject], asked: Asked) -> list[str]:
    left_out = sum(subject.unplaced.get(name, 0) for subject in having)
    return [unplaced(left_out, asked.view.axis.metric or SEEN)] if left_out else []


def _line(subject: Subject, name: str) -> Line:
    series, window = subject.curves[name], subject.windows.get(name)
    marks = _marks(subject.marks) if name.endswith("loss") else EMPTY
    began = window.began if window else float(series.times[0])
    return Line(
        subject.run.name,
        subject.run.number,
        series,
        min(subject.origin or math.inf, began),
        tuple(_evidence(verdict, name) for verdict in subject.verdicts if _speaks(verdict, name)),
        marks,
        tuple(map(mark_words.told, subject.marks)) if len(marks) else (),
        subject.thinned.get(name),
        window.ended if window else None,
        tuple(subject.superseded.get(name, {}).items()),
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
