"""Verdicts of runs side by side, and what became of each since the first run, the baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.comparison.turns import Turn, turn
from dashboard.health.labels import STATES
from dashboard.health.wording import worded
from dashboard.runs.models import Run

SILENT = ("waiting", "not_applicable")
TOLD = (Turn.CAUSED, Turn.CURED)  # these first


@dataclass(frozen=True)
class Cell:
    """verdict: worded, None where there is none. turn: None for the baseline itself."""

    verdict: Mapping[str, Any] | None
    turn: Turn | None


@dataclass(frozen=True)
class Row:
    rule: str
    title: str
    cells: Sequence[Cell]

    @property
    def changed(self) -> bool:
        return any(cell.turn in TOLD for cell in self.cells)

    @property
    def judged(self) -> bool:
        """Whether the rule had a say about any of the runs."""
        return any(cell.verdict and cell.verdict["state"] not in SILENT for cell in self.cells)

    @property
    def worst(self) -> int:
        return min(STATES.index(cell.verdict["state"]) for cell in self.cells if cell.verdict)


def rows(runs: Sequence[Run]) -> list[Row]:
    """One a rule: what changed first, then the worst verdict of any run."""
    by_rule: dict[str, dict[str, dict[str, Any]]] = {}
    for run in runs:
        for verdict in run.examination.verdicts if hasattr(run, "examination") else ():
            by_rule.setdefault(verdict["rule"], {})[run.pk] = verdict
    found = [_row(rule, [held.get(run.pk) for run in runs]) for rule, held in by_rule.items()]
    return sorted(found, key=lambda row: (not row.changed, row.worst))


def counts(found: Sequence[Row]) -> list[dict[str, int]]:
    """For each run but the baseline: how many rules' verdicts took each turn."""
    columns = zip(*([cell.turn for cell in row.cells[1:]] for row in found), strict=True)
    return [_counted(Counter(column)) for column in columns]


def _counted(found: Counter[Turn | None]) -> dict[str, int]:
    return {one.value: found[one] for one in Turn}


def _row(rule: str, verdicts: Sequence[Any]) -> Row:
    shown = [worded(verdict) if verdict else None for verdict in verdicts]
    turns = [None, *(turn(verdicts[0], other) for other in verdicts[1:])]
    cells = [Cell(one, change) for one, change in zip(shown, turns, strict=True)]
    return Row(rule, next(one["title"] for one in shown if one), cells)
