"""Images from files with captions, boxes and what the boxes show: what every reader makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from trainers.data import boxes as box_rules
from trainers.errors import BadInput

Geometry = Literal["refuse", "count", "keep"]
MOST_INVALID = 0.5  # of all boxes: beyond it their unit or order is wrong, not some of them
KEPT_TEXTS = 5  # of what was wrong with skipped records

WRONG = {
    "not_finite": "holds a number that is not finite",
    "padding": "is all zeros: padding, and no box",
    "pixel_units": "is in pixels; divide by the image's width and height: 0 to 1 is expected",
    "not_positive": "has x2 <= x1 or y2 <= y1: is it x, y, width, height? Corners are expected",
    "outside": "lies wholly outside the image",
}


@dataclass(frozen=True, slots=True)
class Named:
    """What a box is called; `long` and the hard negatives are empty where the file has none."""

    short: str
    long: str = ""
    negatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """boxes: (n, 4) as x1, y1, x2, y2 in shares of the image; names: one a box

    where: the file and the place in it, for errors
    """

    path: Path
    caption: str
    short_caption: str
    boxes: box_rules.Boxes
    names: tuple[Named, ...]
    where: str


OnBad = Callable[[BadInput], None]  # what is done with a bad record: raise, or count it


def refuse(error: BadInput) -> None:
    raise error


@dataclass
class Skips:
    """Counts bad records and keeps what was wrong with the first ones."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def __call__(self, error: BadInput) -> None:
        self.count += 1
        if len(self.first) < KEPT_TEXTS:
            self.first.append(str(error))


def check_boxes(source: Path, records: Sequence[Record], geometry: Geometry) -> None:
    """BadInput: the first invalid box under "refuse"; under "count", when most boxes are.

    "keep" lets them all through: the fault that the first report describes.
    """
    if geometry == "keep" or not any(len(record.boxes) for record in records):
        return
    owners = np.repeat(np.arange(len(records)), [len(record.boxes) for record in records])
    found = box_rules.reasons(np.concatenate([record.boxes for record in records]))
    invalid = np.any(list(found.values()), axis=0)
    if geometry == "count" and invalid.mean() <= MOST_INVALID:
        return
    if not invalid.any():
        return
    first = int(np.flatnonzero(invalid)[0])
    record = records[owners[first]]
    place = first - int(np.searchsorted(owners, owners[first]))
    reason = next(reason for reason in found if found[reason][first])
    raise BadInput(
        f"{record.where}: box {place} {_numbers(record.boxes[place])} {WRONG[reason]}."
        f" {int(invalid.sum())} of {len(invalid)} boxes in {source} are invalid"
        + ("; skip_bad_records leaves them out and counts them" if geometry == "refuse" else "")
    )


def _numbers(box: box_rules.Boxes) -> str:
    return "[" + ", ".join(f"{float(value):g}" for value in box) + "]"
