"""docs/studies.md, written from the tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dashboard.comparison.benchmark.measures import Rate
from dashboard.comparison.benchmark.tables import Cell, Table
from dashboard.places import ROOT

PAGE = ROOT / "docs" / "studies.md"

INTRODUCTION = """# What a study's answer is worth

Written by `python3 manage.py benchmark_studies`; do not edit. {studies} simulated studies a cell \
(fewer where a cell says so), the same ones each time.

A study compares two arms of runs by one number a run, never by the points of a curve. Its answer \
is taken from an interval: Student's t on pairs of one seed, Welch's t where runs are not paired. \
The first answer is at 96 %, so that what is left of 5 % goes to the answers after seeds were \
added. Improved or worse: the interval leaves zero out. No difference that matters: the whole \
interval is nearer to zero than the smallest effect that matters. Else: not enough evidence. One \
run each is never evidence; one against many counts only by its rank, from 25 runs on. Where no \
run of an arm differs, arrangements are counted instead.

In brackets: the exact 95 % interval of a rate. **Bold**: above 5 % for certain, where at most 5 % \
are promised.
"""


def page(tables: list[Table], studies: int) -> str:
    """Of simulated studies. What was trained for real follows it: stories.py."""
    return "\n".join([INTRODUCTION.format(studies=f"{studies:,}"), *map(_table, tables)])


def write(text: str, path: Path = PAGE) -> Path:
    path.write_text(text)
    return path


def breaches(tables: list[Table]) -> list[str]:
    """The cells that break a promise for certain, in words."""
    return [
        f"{table.title}: {row[0]}, {head}: {_cell(cell, None)}"
        for table in tables
        for row in table.rows
        for head, cell in zip(table.heads, row, strict=True)
        if _is_above(cell, table.limit)
    ]


def _table(table: Table) -> str:
    lines = [_line(table.heads), _line(["---"] * len(table.heads))]
    lines += [_line([_cell(cell, table.limit) for cell in row]) for row in table.rows]
    return f"## {table.title}\n\n{table.says}\n\n" + "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: Cell, limit: float | None) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return f"{100 * cell:.0f} %" if cell <= 1 else f"{cell:.0f}"
    low, high = (100 * bound for bound in cell.interval)
    told = f"{100 * cell.share:.1f} % ({low:.1f}–{high:.1f})"
    return f"**{told}**" if _is_above(cell, limit) else told


def _is_above(cell: Cell, limit: float | None) -> bool:
    return limit is not None and isinstance(cell, Rate) and cell.interval[0] > limit
