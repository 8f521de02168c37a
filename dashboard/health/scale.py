"""The learnable logit scale: what the run stated about it, and how it is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dashboard.health.figures import figure
from dashboard.health.floats import spacing
from dashboard.health.rule import (
    Context,
    Level,
    Message,
    Number,
    evidence,
    gettext_noop,
    say,
)
from dashboard.metrics.series import Series

_ = gettext_noop

SCALE = "region/logit_scale"
CEILING = math.log(100)  # CLIP clamps the raw parameter to [0, ln 100]
ROUNDING = 1e-3  # on top of one spacing of the dtype: configurations state four digits


@dataclass(frozen=True)
class Scale:
    """The raw (log) parameter and what the run stated about it."""

    points: Series
    start: float
    expected: float
    dtype: str
    trainable: bool

    @property
    def tolerance(self) -> float:
        return spacing(self.expected, self.dtype) + ROUNDING

    @property
    def is_off(self) -> bool:
        """It did not start where it should have."""
        return abs(self.start - self.expected) > self.tolerance

    @property
    def last(self) -> float:
        return float(self.points.values[-1])


def read_scale(context: Context) -> Scale | None:
    """None where no finite value was logged."""
    points = context.curve(SCALE).finite
    if not len(points):
        return None
    start = context.fact("region/logit_scale_initial", float(points.values[0]))
    return Scale(
        points=points,
        start=start,
        expected=context.fact("region/logit_scale_expected", start),
        dtype=str(context.facts.get("region/logit_scale_dtype", "float32")),
        trainable=context.facts.get("region/logit_scale_trainable") is not False,
    )


def multiplier(raw: float) -> str:
    """×14.24 (τ 0.070): the way a scale is always written."""
    if not -50 < raw < 50:
        return f"exp({figure(raw)})"
    return f"×{math.exp(raw):.2f} (τ {math.exp(-raw):.3f})"


def looked_at(scale: Scale) -> Message:
    return say(
        _("{count} values of {name} ({dtype}), steps {first} to {last}"),
        count=len(scale.points),
        name=SCALE,
        dtype=scale.dtype,
        first=int(scale.points.steps[0]),
        last=int(scale.points.steps[-1]),
    )


def shown(scale: Scale, points: Series, level: float, label: Message) -> dict[str, Any]:
    """The parts of a finding that say where it was seen."""
    first, last = int(points.steps[0]), int(points.steps[-1])
    return {
        "looked_at": looked_at(scale),
        "number": Number(float(points.values[-1]), _("raw, a logarithm")),
        "since_step": first,
        "window": (first, last),
        "evidence": (evidence(SCALE, points, Level(level, label)),),
    }
