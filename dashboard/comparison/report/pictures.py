"""The report's pictures: SVG that needs no script, prints, and follows the page's colours.

Arms have the classes arm-0 to arm-5; the page's style gives them their colours. The seventh has the
first one's colour and another dash, by its class dash-1, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from dashboard.comparison.answer import Answer
from dashboard.comparison.outcome import Side
from dashboard.metrics.series import Series
from dashboard.metrics.thinning import thin

WIDTH, LEFT, RIGHT = 520, 64, 16  # small, so that its letters can be read on a phone
LETTER, IDEOGRAM = 8.5, 15  # the widest that the page's style makes them
LONGEST = 24  # letters of an arm's name before it is cut
ROW = 46  # of the strip
BELOW = 28  # it: the numbers
HEIGHT, TOP, BOTTOM = 300, 16, 24  # of the curves; below them the names of the arms
LINE = 20  # of the names
KEY = 28  # the stroke before a name, and some room
BUCKETS = 150  # of one curve
TICKS = 5
COLOURS = 6  # classes of arms that the page knows


@dataclass(frozen=True)
class Curve:
    """arm: its place; run: a name."""

    arm: int
    series: Series
    run: str = ""


@dataclass(frozen=True)
class Scale:
    """From values to places."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.first + share * (self.last - self.first), 1)

    @property
    def ticks(self) -> list[float]:
        """Round numbers within the scale."""
        step = _round_step((self.high - self.low) / TICKS)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [place * step for place in range(first, last + 1)]


def strip(answer: Answer, place: int) -> str:
    """Every run's value by arm, pairs joined, the mean of each arm as a bar.

    place: of the arm that is compared with the first.
    """
    sides = (answer.before, answer.after)
    left = max(_width(_cut(side.name)) for side in sides) + 20
    scale = _scale([v for side in sides for v in side.values], left, WIDTH - RIGHT)
    parts = [_axis_below(scale, ROW * 2 + 4)]
    parts += _joined(answer, scale)
    for row, (side, arm) in enumerate(zip(sides, (0, place), strict=True)):
        parts += _row(side, row, arm, scale)
    return _svg(ROW * 2 + BELOW, parts)


def curves(drawn: Sequence[Curve], names: Sequence[str]) -> str:
    """One line a run; only finite points are drawn, each bucket by its extremes."""
    thinned = [(curve.arm, thin(curve.series, BUCKETS)) for curve in drawn if len(curve.series)]
    shown = [(arm, t) for arm, t in thinned if len(t.values)]
    values = np.concatenate([t.values for _, t in shown]) if shown else np.array([0.0])
    steps = np.concatenate([t.steps for _, t in shown]) if shown else np.array([0])
    across = _scale(steps.astype(float).tolist(), LEFT, WIDTH - RIGHT, room=0.0)
    up = _scale(values.tolist(), HEIGHT - BOTTOM, TOP)
    parts = [_axis_below(across, HEIGHT - BOTTOM), _axis_left(up)]
    for arm, t in shown:
        points = zip(t.steps.tolist(), t.values.tolist(), strict=True)
        path = " ".join(f"{across(step)},{up(value)}" for step, value in points)
        parts.append(f'<polyline class="line {_ink(arm)}" points="{path}"/>')
    lines = _lines(names)
    return _svg(HEIGHT + LINE * len(lines) + 4, parts + _legend(lines))


def _joined(answer: Answer, scale: Scale) -> list[str]:
    if not answer.sample.paired:
        return []
    pairs = zip(answer.sample.before.tolist(), answer.sample.after.tolist(), strict=True)
    high, low = ROW / 2, ROW * 1.5
    return [
        f'<line class="pair" x1="{scale(one)}" y1="{high}" x2="{scale(other)}" y2="{low}"/>'
        for one, other in pairs
    ]


def _row(side: Side, row: int, arm: int, scale: Scale) -> list[str]:
    y, name = ROW * (row + 0.5), escape(_cut(side.name))
    whole = f"<title>{escape(side.name)}</title>"
    parts = [f'<text x="{scale.first - 12}" y="{y + 4}" text-anchor="end">{name}{whole}</text>']
    parts += [f'<circle class="{_ink(arm)}" cx="{scale(v)}" cy="{y}" r="5"/>' for v in side.values]
    if side.values:
        x = scale(sum(side.values) / len(side.values))
        parts.append(f'<line class="mean" x1="{x}" y1="{y - 15}" x2="{x}" y2="{y + 15}"/>')
    return parts


def _ink(arm: int) -> str:
    colour, dash = arm % COLOURS, arm // COLOURS
    return f"arm-{colour} dash-{dash}" if dash else f"arm-{colour}"


def _lines(names: Sequence[str]) -> list[list[tuple[int, str, float]]]:
    """Every arm's place, name and how far to the right it stands, in as many lines as it takes."""
    lines: list[list[tuple[int, str, float]]] = [[]]
    x = float(LEFT)
    for place, name in enumerate(names):
        wide = KEY + _width(name) + 16
        if lines[-1] and x + wide > WIDTH:
            lines.append([])
            x = float(LEFT)
        lines[-1].append((place, name, x))
        x += wide
    return lines


def _legend(lines: Sequence[Sequence[tuple[int, str, float]]]) -> list[str]:
    parts = []
    for number, line in enumerate(lines, 1):
        y = HEIGHT + LINE * number - 6
        for arm, name, x in line:
            stroke = f'x1="{x}" y1="{y}" x2="{x + 22}" y2="{y}"'
            parts.append(f'<line class="line {_ink(arm)} key" {stroke}/>')
            parts.append(f'<text x="{x + KEY}" y="{y + 4}">{escape(name)}</text>')
    return parts


def _width(text: str) -> float:
    return sum(IDEOGRAM if ord(letter) > 0x2E7F else LETTER for letter in text)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def _axis_below(scale: Scale, y: float) -> str:
    return "".join(
        f'<line class="rule" x1="{scale(v)}" y1="{TOP / 2}" x2="{scale(v)}" y2="{y}"/>'
        f'<text x="{scale(v)}" y="{y + 16}" text-anchor="middle">{_number(v)}</text>'
        for v in scale.ticks
    )


def _axis_left(scale: Scale) -> str:
    return "".join(
        f'<line class="rule" x1="{LEFT}" y1="{scale(v)}" x2="{WIDTH - RIGHT}" y2="{scale(v)}"/>'
        f'<text x="{LEFT - 8}" y="{scale(v) + 4}" text-anchor="end">{_number(v)}</text>'
        for v in scale.ticks
    )


def _number(value: float) -> str:
    return "0" if abs(value) < 1e-12 else f"{value:.6g}"


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, and at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least * (1 - 1e-9))


def _scale(values: Sequence[float], first: float, last: float, room: float = 0.05) -> Scale:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    wide = (high - low) or abs(high) or 1.0
    spare = wide * room or (0.0 if high > low else wide / 2)
    return Scale(low - spare, high + spare, first, last)


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        + "".join(parts)
        + "</svg>"
    )
