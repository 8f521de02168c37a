"""Figures of arms: GET /api/figures/?draw=arms is of means with bands, draw=difference B − A."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from dashboard.api import figure_arm_words as words
from dashboard.api.figure_query import Asked
from dashboard.api.figure_subjects import Subject
from dashboard.charts.arms import (
    ArmDifference,
    ArmLines,
    chart,
    cut_by_log,
    difference_chart,
    placed,
)
from dashboard.charts.curves import fitted
from dashboard.charts.figure import Figure
from dashboard.charts.line import Line, View
from dashboard.comparison.arms import Arm, Arms, ArmsError, grouped
from dashboard.comparison.bands import band, difference, separation
from dashboard.comparison.comparable import CANDIDATES
from dashboard.comparison.curve_meaning import Meaning, mixed, says_mixed
from dashboard.comparison.curve_table import Table, table
from dashboard.health.rule import Message
from dashboard.health.wording import tell
from dashboard.metrics import store
from dashboard.runs.models import Run

Draw = Callable[[Subject, str], Line]


@dataclass(frozen=True)
class ArmsFigure:
    """figure: None where nothing may be drawn. says: what a reader must know of it, in order."""

    figure: Figure | None
    note: str
    says: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Grouped:
    """The arms of a page, and what is asked about them once for all of its charts."""

    arms: Arms
    runs: Sequence[Run]
    mixtures: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)  # by arm's number

    def mixture(self, arm: Arm, metric: str) -> Message | None:
        return says_mixed(arm.name, metric, self.mixtures[arm.number])

    @cached_property
    def meanings(self) -> dict[int, Meaning]:
        """Of each arm but the first, by number, against it."""
        summaries = store.summaries([run.pk for run in self.runs])
        counts = {
            pk: found[CANDIDATES].last for pk, found in summaries.items() if CANDIDATES in found
        }
        finite = {pk: count for pk, count in counts.items() if math.isfinite(count)}
        first, *others = self.arms.arms
        return {arm.number: Meaning(first.runs, arm.runs, finite) for arm in others}


def read_arms(runs: Sequence[Run], by: str) -> Grouped:
    """ValidationError: the runs cannot be grouped so."""
    try:
        arms = grouped(runs, by)
    except ArmsError as error:
        raise ValidationError({"arms": str(error)}) from error
    return Grouped(arms, runs, {arm.number: mixed(arm.runs) for arm in arms.arms})


def arms_figure(
    name: str, subjects: Sequence[Subject], asked: Asked, among: Grouped, draw: Draw
) -> ArmsFigure:
    """One metric of all arms. draw: a run's line."""
    drawn = _drawn(name, subjects, asked, among, draw)
    if asked.draw == "difference":
        return _difference(name, drawn, among)
    return _means(name, drawn, asked, among)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """view: fitted to the runs. rows: of the table, by arm's number, as the runs in `lines`."""

    view: View
    lines: Mapping[int, Sequence[tuple[Run, Line]]]
    whole: Table
    rows: Mapping[int, Sequence[int]]

    def of(self, arm: Arm) -> Table:
        return self.whole.rows(self.rows[arm.number])


def _drawn(
    name: str, subjects: Sequence[Subject], asked: Asked, among: Grouped, draw: Draw
) -> _Drawn:
    by_run = {one.run.pk: one for one in subjects if name in one.curves and not one.uncounted}
    lines = {
        arm.number: [(r, draw(by_run[r.pk], name)) for r in arm.runs if r.pk in by_run]
        for arm in among.arms.arms
    }
    every = [(number, run, line) for number, held in lines.items() for run, line in held]
    view = fitted([line for _, _, line in every], asked.view)
    curves = []
    for _number, run, line in every:
        window = None if view.smoothing > 0 else by_run[run.pk].windows.get(name)
        curves.append(placed(line, view, window.buckets if window else None))
    rows: dict[int, list[int]] = {number: [] for number in lines}
    for row, (number, _run, _line) in enumerate(every):
        rows[number].append(row)
    return _Drawn(view, lines, table(curves), rows)


def _means(name: str, drawn: _Drawn, asked: Asked, among: Grouped) -> ArmsFigure:
    parts, says = [], []
    for arm in among.arms.arms:
        held = drawn.lines[arm.number]
        if not held:
            continue
        lines = tuple(line for _, line in held)
        why = among.mixture(arm, name)
        found = None if why else band(drawn.of(arm))
        parts.append(ArmLines(arm.name, arm.number + 1, lines, found))
        says += [tell(why)] if why else []
    figure = chart(parts, drawn.view, single=asked.single)
    says += words.of_arms(parts, among.arms, drawn.whole, drawn.view)
    if drawn.view.log and (cut := cut_by_log(parts)):
        says.append(words.cut_by_log(cut))
    return ArmsFigure(figure, words.counted(parts), says)


def _difference(name: str, drawn: _Drawn, among: Grouped) -> ArmsFigure:
    first, *others = among.arms.arms
    if not others:
        return ArmsFigure(None, "", [_("All runs are in one arm: there is nothing to subtract.")])
    parts, says = [], []
    for arm in others:
        why = _why_not(name, first, arm, drawn, among)
        if why:
            says.append(why)
            continue
        one, other = drawn.lines[first.number], drawn.lines[arm.number]
        seeds = [run.seed for run, _ in one], [run.seed for run, _ in other]
        found = difference(drawn.of(first), drawn.of(arm), seeds)
        part = ArmDifference(f"{arm.name} − {first.name}", arm.number + 1, found, separation(found))
        parts.append(part)
        says += words.of_difference(part, len(one), len(other), drawn.view)
    if any(part.separation for part in parts):
        says.append(words.no_test())
    figure = difference_chart(parts, drawn.view) if parts else None
    return ArmsFigure(figure, words.cells(drawn.whole, drawn.view), says)


def _why_not(name: str, first: Arm, arm: Arm, drawn: _Drawn, among: Grouped) -> str:
    """Why two arms are not subtracted; "" where they are."""
    for one in (first, arm):
        if not drawn.lines[one.number]:
            return _("No run of %(arm)s has a curve to draw here.") % {"arm": one.name}
    why = (
        among.mixture(first, name)
        or among.mixture(arm, name)
        or among.meanings[arm.number].why_not(name)
    )
    return tell(why) if why else ""
