"""A sample's pictures and words, ready to be drawn: every box as a rectangle, or why it is none."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.web.sample_titles import CAPTIONS
from trainers.sample_document import BoxOnDisk, Document, PictureOnDisk, WordsOnDisk

WIDTH, HEIGHT = 208, 256  # what a picture has on the page, at most, in CSS pixels
LETTERS = 12  # CSS pixels
LETTER = 0.6  # how wide a letter is, of its height
COARSE = 160  # a picture of fewer pixels is shown with its pixels as squares

KINDS = {
    "before": gettext_lazy("before"),
    "predicted": gettext_lazy("predicted"),
    "true": gettext_lazy("true"),
}


@dataclass(frozen=True)
class DrawnBox:
    """In pixels of the picture; label_x, label_y, label_dy (in letters): where its text stands."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    label: str
    label_x: float
    label_y: float
    label_dy: float
    anchor: str


@dataclass(frozen=True)
class Shot:
    """A picture. address: "" where its file has not arrived; missing: boxes that are not drawn."""

    address: str
    width: int
    height: int
    caption: str
    right: bool | None
    boxes: tuple[DrawnBox, ...]
    missing: tuple[str, ...]
    told: str  # what is read out
    letters: float
    coarse: bool
    words: str = ""


@dataclass(frozen=True)
class Text:
    """Words in the place of a picture."""

    words: str
    right: bool | None


Cell = Shot | Text


def cells(run_id: str, document: Document, arrived: Collection[str]) -> list[list[Cell]]:
    """The rows of the sample. arrived: the names of the files that are there."""
    return [[_cell(run_id, cell, arrived) for cell in row] for row in document.rows]


def tally(rows: Iterable[Iterable[Cell]]) -> tuple[int, int]:
    """(right, judged) over all cells that say whether they are right."""
    judged = [cell.right for row in rows for cell in row if cell.right is not None]
    return sum(judged), len(judged)


def _cell(run_id: str, cell: PictureOnDisk | WordsOnDisk, arrived: Collection[str]) -> Cell:
    if isinstance(cell, WordsOnDisk):
        return Text(cell.text, cell.right)
    width, height = cell.size
    letters = LETTERS * max(width / WIDTH, height / HEIGHT)
    problems = [_problem(box, width, height) for box in cell.boxes]
    drawn = [box for box, problem in zip(cell.boxes, problems, strict=True) if not problem]
    there = cell.file in arrived
    caption = _(cell.caption) if cell.caption in CAPTIONS else cell.caption
    return Shot(
        reverse("sample_file", args=[run_id, cell.file]) if there else "",
        width,
        height,
        caption,
        cell.right,
        tuple(_box(box, width, height, letters) for box in sorted(drawn, key=_order)),
        tuple(
            _undrawn(problem, count) for problem, count in Counter(filter(None, problems)).items()
        ),
        _told(caption, drawn),
        round(letters, 2),
        max(width, height) <= COARSE,
    )


def _order(box: BoxOnDisk) -> int:
    """Wide lines below thin ones, and dots on top: where boxes agree, each can still be seen."""
    return ("true", "predicted", "before").index(box.kind)


def _problem(box: BoxOnDisk, width: int, height: int) -> str:
    """Why the box cannot be seen on its picture; "" where it can."""
    x1, y1, x2, y2 = (float(corner) for corner in box.corners)  # "NaN" and "Infinity" as well
    if not all(map(math.isfinite, (x1, y1, x2, y2))):
        return "not finite"
    if x2 <= x1 or y2 <= y1:
        return "empty"
    if x1 >= width or y1 >= height or x2 <= 0 or y2 <= 0:
        return "outside"
    return ""


def _undrawn(problem: str, count: int) -> str:
    texts = {
        "not finite": ngettext(
            "%(count)s box has corners that are not finite",
            "%(count)s boxes have corners that are not finite",
            count,
        ),
        "empty": ngettext(
            "%(count)s box has no area, or its corners are swapped",
            "%(count)s boxes have no area, or their corners are swapped",
            count,
        ),
        "outside": ngettext(
            "%(count)s box lies outside of the picture",
            "%(count)s boxes lie outside of the picture",
            count,
        ),
    }
    return texts[problem] % {"count": count}


def _box(box: BoxOnDisk, width: int, height: int, letters: float) -> DrawnBox:
    x1, y1, x2, y2 = (float(corner) for corner in box.corners)
    # "before" has the other corner, so that labels of boxes that lie alike can be read
    right = box.kind == "before" or x1 + LETTER * letters * len(box.label) > width
    y, dy = _height(box.kind, y1, y2, height, letters)
    return DrawnBox(
        box.kind,
        round(x1, 2),
        round(y1, 2),
        round(x2 - x1, 2),
        round(y2 - y1, 2),
        box.label,
        round(min(max(x2 if right else x1, 0), width), 2),
        round(y, 2),
        dy,
        "end" if right else "start",
    )


def _height(
    kind: str, top: float, bottom: float, height: int, letters: float
) -> tuple[float, float]:
    """(y, dy in letters) of a label: outside of its box where there is room, else inside."""
    top, bottom = max(top, 0), min(bottom, height)
    if kind == "predicted":
        return bottom, 1.0 if bottom + 1.3 * letters <= height else -0.35
    return top, -0.35 if top >= 1.3 * letters else 1.0


def _told(caption: str, boxes: Iterable[BoxOnDisk]) -> str:
    counts = Counter(box.kind for box in boxes)
    parts = [f"{KINDS[kind]}: {count}" for kind, count in counts.items()]
    told = ngettext("%(boxes)s box", "%(boxes)s boxes", counts.total()) % {
        "boxes": f"{counts.total()}"
    }
    words = caption or _("Picture")
    return f"{words} ({told}; {', '.join(parts)})" if parts else words
