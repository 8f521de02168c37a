"""The samples tab: which step is shown, beside which other, and what was written at both."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.metrics import store
from dashboard.runs import files, samples
from dashboard.runs.models import Run
from dashboard.web.sample_cells import KINDS, Cell, cells, tally

EXAMPLE = """\
from trainers.samples import Box, Picture, Sample
picture = Picture(pixels, "cat", boxes=(Box((8, 8, 90, 70), "predicted"),))
recorder.sample(step, Sample("boxes", "Boxes", rows=((picture,),)))"""


@dataclass(frozen=True)
class Side:
    """One sample at one step. rows is None: its document has not arrived."""

    step: int
    title: str
    rows: list[list[Cell]] | None
    score: str


@dataclass(frozen=True)
class Section:
    """One sample, at the chosen step and, where asked for, beside another."""

    name: str
    title: str
    sides: list[Side]
    lines: list[list[tuple[int, list[Cell]]]]  # by row, then by side: its step and cells
    gallery: bool  # rows of one cell: they stand next to each other


def context(run: Run, asked: QueryDict) -> dict[str, Any]:
    """What the samples tab shows for ?step=40&versus=20&hide=true."""
    told = store.samples(run.pk)
    steps = list(dict.fromkeys(one.step for one in told))
    pinned = _step(asked.get("step", ""), steps)
    step = steps[0] if pinned is None and steps else pinned
    versus = _step(asked.get("versus", ""), steps)
    versus = None if versus == step else versus
    hidden = set(asked.get("hide", "").split(","))
    shown = [one for one in (step, versus) if one is not None]
    sections = _sections(run, told, shown)
    return {
        "steps": steps,
        "pinned": pinned,
        "step": step,
        "versus": versus,
        "place": len(steps) - 1 - steps.index(step) if step is not None else 0,
        "last_place": len(steps) - 1,
        "kinds": [(kind, label, kind not in hidden) for kind, label in KINDS.items()],
        "sections": sections,
        "boxed": any(getattr(cell, "boxes", ()) for cell in _cells(sections)),
        "example": EXAMPLE,
    }


def _cells(sections: list[Section]) -> Iterator[Cell]:
    for section in sections:
        for line in section.lines:
            for _at, row in line:
                yield from row


def _step(text: str, steps: list[int]) -> int | None:
    return int(text) if text.isdecimal() and int(text) in steps else None


def _sections(run: Run, told: list[store.SampleEvent], steps: list[int]) -> list[Section]:
    arrived = files.names(run.pk)
    by_name: dict[str, dict[int, Side]] = {}
    for one in told:
        if one.step in steps:
            by_name.setdefault(one.name, {})[one.step] = _side(run, one, arrived)
    nothing = {step: Side(step, "", [], "") for step in steps}
    return [
        _section(name, [(nothing | sides)[step] for step in steps])
        for name, sides in by_name.items()
    ]


def _side(run: Run, told: store.SampleEvent, arrived: Collection[str]) -> Side:
    document = samples.document(run.pk, told.file)
    if document is None:
        return Side(told.step, "", None, "")
    rows = cells(run.pk, document, arrived)
    right, judged = tally(rows)
    score = _("%(right)s of %(judged)s right") % {"right": right, "judged": judged}
    return Side(told.step, document.title, rows, score if judged else "")


def _section(name: str, sides: list[Side]) -> Section:
    title = next((side.title for side in sides if side.title), name)
    lines = zip_longest(*(side.rows or [] for side in sides), fillvalue=[])
    steps = [side.step for side in sides]
    found = [list(zip(steps, line, strict=True)) for line in lines]
    single = all(len(row) <= 1 for line in found for _step, row in line)
    return Section(name, title, sides, found, single)
