"""What a report's file holds for programs: JSON, in which NaN and ±Inf are strings."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.comparison.report.pictures import BUCKETS, Curve
from dashboard.metrics.series import joined
from dashboard.metrics.thinning import thin

NEVER_IN_SCRIPT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def told(drawn: Sequence[Curve], names: Sequence[str]) -> list[dict[str, Any]]:
    """The curves that are drawn, thinned as they are drawn. points: before that. names: of arms."""
    return [_curve(curve, names[curve.arm]) for curve in drawn]


def in_script(data: Any) -> str:
    """JSON that no browser takes for markup."""
    text = json.dumps(_sound(data), default=str, ensure_ascii=False, allow_nan=False)
    return text.translate(NEVER_IN_SCRIPT)


def _curve(curve: Curve, arm: str) -> dict[str, Any]:
    thinned = thin(curve.series, BUCKETS)
    kept = joined([thinned.series, thinned.nonfinite])
    order = np.argsort(kept.steps, kind="stable")
    return {
        "arm": arm,
        "run": curve.run,
        "points": thinned.count,
        "steps": kept.steps[order].tolist(),
        "values": kept.values[order].tolist(),
    }


def _sound(value: Any) -> Any:
    """As JSON can carry it."""
    match value:
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case dt.datetime():
            return value.isoformat()
        case str():
            return value
        case Mapping():
            return {name: _sound(one) for name, one in value.items()}
        case Sequence():
            return [_sound(one) for one in value]
    return value
