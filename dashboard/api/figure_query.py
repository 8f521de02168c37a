"""What GET /api/figures/ can be asked, read and checked."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from dashboard.charts.axis import NAMES, Axis
from dashboard.charts.line import View

MOST_RUNS = 50
MOST_BUCKETS = 4000
MOST_DRAWN = 10_000

TEXTS = {
    "runs": "ids, separated by commas",
    "names": "metrics, separated by commas; all where neither this nor prefix is given",
    "prefix": "only metrics whose name begins so",
    "x": "step (default), samples, relative, wall, or metric:NAME for the values of another metric",
    "smooth": "weight of the past, 0 to 0.999",
    "log": "1 for a logarithmic y axis",
    "window": "low,high: steps, seconds since the start, milliseconds of the wall clock, or values",
    "buckets": f"10 to {MOST_BUCKETS}; a curve is drawn as at most so many (default 1000)",
    "closed": "groups that are listed without their figures, separated by commas",
    "most": f"1 to {MOST_DRAWN}: so many of the metrics have figures, the others say `later`",
    "seen": "metrics that have figures, separated by commas, in the place of the first `most`",
    "evidence": "all, or a rule's name: draws what its verdict looked at (one run only)",
    "draw": "runs (default), arms: means of the runs of each arm with their band, or difference:"
    " each arm less the first",
    "arms": "how runs are grouped: study, configuration, config.FIELD, or an arm's number (or -)"
    " for each run in their order, separated by commas; the first that fits where none is given",
    "single": "0 leaves out the single runs behind the means",
    "tz": "minutes that the reader's clock is ahead of UTC, for x=wall",
}

PARAMETERS = [OpenApiParameter(name, str, description=text) for name, text in TEXTS.items()]


Draw = Literal["runs", "arms", "difference"]
DRAWN: tuple[Draw, ...] = ("runs", "arms", "difference")


@dataclass(frozen=True)
class Asked:
    """The query, read and checked."""

    runs: tuple[str, ...]
    view: View
    names: tuple[str, ...]
    prefix: str
    closed: tuple[str, ...]  # groups that are folded up: named, but not drawn
    evidence: str  # "all", a rule's name, or "" for none
    draw: Draw = "runs"
    arms: str = ""  # how the runs are grouped: see comparison/arms.py
    most: int = MOST_DRAWN  # figures that are drawn now, the first of them
    seen: tuple[str, ...] | None = None  # or these
    single: bool = True  # whether the runs are drawn behind their mean


def read_query(request: Request) -> Asked:
    """ValidationError names the field that is wrong."""
    query = request.query_params
    runs = _listed(query.get("runs", ""))
    if len(runs) > MOST_RUNS:
        raise ValidationError({"runs": _("At most %(count)s runs.") % {"count": MOST_RUNS}})
    name, _colon, metric = query.get("x", "step").partition(":")
    axis = Axis(_axis_name(name, metric), _window(query.get("window", "")), metric=metric)
    axis = replace(axis, offset=_number("tz", query.get("tz", "0"), -900, 900))
    view = View(
        axis,
        _number("smooth", query.get("smooth", "0"), 0, 0.999),
        query.get("log") == "1",
        int(_number("buckets", query.get("buckets", "1000"), 10, MOST_BUCKETS)),
    )
    names, closed = _listed(query.get("names", "")), _listed(query.get("closed", ""))
    return Asked(
        runs,
        view,
        names,
        query.get("prefix", ""),
        closed,
        query.get("evidence", ""),
        _draw(query.get("draw", "runs")),
        query.get("arms", ""),
        int(_number("most", query.get("most", str(MOST_DRAWN)), 1, MOST_DRAWN)),
        _listed(query["seen"]) if "seen" in query else None,
        query.get("single") != "0",
    )


def _draw(text: str) -> Draw:
    for known in DRAWN:
        if text == known:
            return known
    raise ValidationError({"draw": _("One of: %(names)s.") % {"names": ", ".join(DRAWN)}})


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in text.split(",") if part))


def _axis_name(text: str, metric: str) -> Any:
    if text not in NAMES or (text == "metric") != bool(metric):
        names = ", ".join(NAMES).replace("metric", "metric:NAME")
        raise ValidationError({"x": _("One of: %(names)s.") % {"names": names}})
    return text


def _number(field: str, text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        range_ = {"low": low, "high": high}
        raise ValidationError({field: _("A number from %(low)s to %(high)s.") % range_})
    return number


def _window(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    low, _comma, high = text.partition(",")
    most = 1e15
    ends = _number("window", low, -most, most), _number("window", high, -most, most)
    return min(ends), max(ends)
