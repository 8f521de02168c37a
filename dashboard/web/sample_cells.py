"""A sample's pictures and words, ready to be drawn: every box as a rectangle, or why it is none."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trainers.sample_document import BoxOnDisk, Document, PictureOnDisk, WordsOnDisk

WIDTH, HEIGHT = 208, 256  # what a picture has on the page, at most, in CSS pixels
LETTERS = 12  # CSS pixels
COARSE = 160  # a picture of fewer pixels is shown with its pixels as squares

KINDS = {
    "before": gettext_lazy("before"),
    "predicted": gettext_lazy("predicted"),
    "true": gettext_lazy("true"),
}


@dataclass(frozen=True)
class DrawnBox:
    """In pixels of the picture; label_x and label_y: where its text begins."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    label: str
    label_x: float
    label_y: float
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
    return Shot(
        reverse("sample_file", args=[run_id, cell.file]) if there else "",
        width,
        height,
        cell.caption,
        cell.right,
        tuple(_box(box, width, height, letters) for box in sorted(drawn, key=_order)),
        tuple(
            _undrawn(problem, count) for problem, count in Counter(filter(None, problems)).items()
        ),
        _told(cell.caption, drawn),
        round(letters, 2),
        max(width, height) <= COARSE,
    )


def _order(box: BoxOnDisk) -> int:
    """The wide line of what is true lies below the thin one of what was predicted."""
    return ("true", "before", "predicted").index(box.kind)


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
    x, y, anchor = _place(box.kind, x1, y1, x2, y2, letters)
    return DrawnBox(
        box.kind,
        round(x1, 2),
        round(y1, 2),
        round(x2 - x1, 2),
        round(y2 - y1, 2),
        box.label,
        round(min(max(x, 0), width), 2),
        round(min(max(y, letters), height - 0.25 * letters), 2),
        anchor,
    )


def _place(
    kind: str, x1: float, y1: float, x2: float, y2: float, letters: float
) -> tuple[float, float, str]:
    """Each kind has a corner of its own, so that labels of boxes that lie alike do not collide."""
    if kind == "true":
        return x1, y1 - 0.3 * letters, "start"
    if kind == "predicted":
        return x1, y2 + letters, "start"
    return x2, y1 - 0.3 * letters, "end"


def _told(caption: str, boxes: Iterable[BoxOnDisk]) -> str:
    counts = Counter(box.kind for box in boxes)
    parts = [f"{KINDS[kind]}: {count}" for kind, count in counts.items()]
    told = ngettext("%(boxes)s box", "%(boxes)s boxes", counts.total()) % {
        "boxes": f"{counts.total()}"
    }
    words = caption or _("Picture")
    return f"{words} ({told}; {', '.join(parts)})" if parts else words
