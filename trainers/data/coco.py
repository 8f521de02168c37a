"""COCO's JSON: images, and boxes as left, top, width, height in pixels.

Whatever is wrong is refused with the file and the record; nothing is left out silently: boxes of
crowds, which COCO itself leaves out, are counted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data import coco_labels
from trainers.errors import BadInput

Boxes = NDArray[np.float64]  # (n, 4) as x1, y1, x2, y2 in pixels
EDGE = 1.5  # pixels that a box may reach over the edge: rounding in annotations
PIXEL_UNITS = 1.5  # where no number in a file is beyond this, its boxes are normalised


@dataclass(frozen=True)
class Annotated:
    """record: where it stands in the file, for errors. Sizes and boxes in pixels.

    labels: of each box, its own caption or else the name of its category; "" where it has neither
    caption: the image's own, where the file has one
    """

    identity: int
    path: Path
    width: int
    height: int
    boxes: Boxes
    record: str
    labels: tuple[str, ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class Coco:
    images: tuple[Annotated, ...]  # those with at least one box
    crowds: int  # boxes that were left out
    empty: int  # images without a box


def refuse(wrong: BadInput) -> None:
    raise wrong


def read(
    file: Path, folder: Path | None = None, on_bad: Callable[[BadInput], None] = refuse
) -> Coco:
    """folder: of the images; None is the file's own. BadInput: anything that is not COCO.

    on_bad: told of a wrong record. Where it raises nothing, an image with a wrong box is left out
    whole, so that proposals still pair with boxes.
    """
    data = _json(file)
    if not isinstance(data, dict) or not {"images", "annotations"} <= data.keys():
        raise BadInput(f"{file}: no COCO annotations; it needs the keys images and annotations")
    listed = _images(file, _list(data, "images", file), on_bad)
    rows = _list(data, "annotations", file)
    found = _annotations(file, rows, listed, on_bad)
    _refuse_normalised(file, found.boxes)
    labels = coco_labels.by_image(file, data, [r for r in rows if id(r) not in found.wrong])
    root = folder or file.parent
    images = tuple(
        Annotated(
            number,
            root / row["file_name"],
            w,
            h,
            np.array(boxes),
            record,
            tuple(labels[number]),
            coco_labels.own_caption(row, record),
        )
        for number, (row, w, h, record) in listed.items()
        if (boxes := found.boxes.get(number)) and number not in found.spoilt
    )
    if not images:
        raise BadInput(f"{file}: it holds no box")
    return Coco(images, found.crowds, len(listed) - len(images) - len(found.spoilt))


def read_proposals(file: Path, images: Sequence[Annotated]) -> dict[int, Boxes]:
    """By image: a list of {"image_id", "bbox"}, one for every annotated box and in its order.

    BadInput: another number of boxes than were annotated; pairs are not made by cutting off.
    """
    rows = _json(file)
    if not isinstance(rows, list):
        raise BadInput(f"{file}: it needs a list of records with image_id and bbox")
    sizes = {image.identity: (image.width, image.height) for image in images}
    found: dict[int, list[list[float]]] = {}
    for place, row in enumerate(rows):
        record = f"{file}: record {place}"
        number = _field(row, "image_id", record)
        if number in sizes:
            found.setdefault(number, []).append(_corners(row, record, *sizes[number]))
    for image in images:
        count, wanted = len(found.get(image.identity, [])), len(image.boxes)
        if count != wanted:
            raise BadInput(
                f"{file}: image {image.identity} has {count} proposals and {wanted} annotated boxes"
                f" ({image.record}); there must be one for each, in the same order"
            )
    return {number: np.array(boxes) for number, boxes in found.items()}


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise BadInput(f"{file} is not JSON ({error})") from error


def _list(data: Mapping[str, Any], key: str, file: Path) -> list[Any]:
    if not isinstance(data[key], list):
        raise BadInput(f"{file}: {key} is no list")
    rows: list[Any] = data[key]
    return rows


def _field(row: Any, key: str, record: str) -> Any:
    if not isinstance(row, dict) or key not in row:
        raise BadInput(f"{record}: {key} is missing")
    value = row[key]
    if key.endswith("id") and (isinstance(value, bool) or not isinstance(value, int)):
        raise BadInput(f"{record}: {key} is {value!r} and not a whole number")
    return value


Listed = dict[int, tuple[dict[str, Any], int, int, str]]  # by id: row, width, height, where it is


def _images(file: Path, rows: Sequence[Any], on_bad: Callable[[BadInput], None]) -> Listed:
    listed: Listed = {}
    for place, row in enumerate(rows):
        record = f"{file}: images[{place}]"
        try:
            number, *image = _image(row, record)
            if number in listed:
                raise BadInput(f"{record}: the id {number} is also that of {listed[number][3]}")
            listed[number] = (row, *image, record)
        except BadInput as wrong:
            on_bad(wrong)
    return listed


def _image(row: Any, record: str) -> tuple[int, int, int]:
    """Its id, width and height."""
    number = _field(row, "id", record)
    if not isinstance(_field(row, "file_name", record), str):
        raise BadInput(f"{record}: file_name is no text")
    return number, _side(row, "width", record), _side(row, "height", record)


def _side(row: Mapping[str, Any], key: str, record: str) -> int:
    value = _field(row, key, record)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadInput(f"{record}: {key} is {value!r} and not a number of pixels")
    return value


@dataclass
class _Found:
    """boxes: by image; wrong: rows, by their identity; spoilt: images with a wrong row"""

    boxes: dict[int, list[list[float]]] = field(default_factory=dict)
    crowds: int = 0
    wrong: set[int] = field(default_factory=set)
    spoilt: set[int] = field(default_factory=set)


def _annotations(
    file: Path, rows: Sequence[Any], listed: Listed, on_bad: Callable[[BadInput], None]
) -> _Found:
    found = _Found()
    for place, row in enumerate(rows):
        try:
            _annotation(row, f"{file}: annotations[{place}]", listed, found)
        except BadInput as wrong:
            on_bad(wrong)
            found.wrong.add(id(row))
            number = row.get("image_id") if isinstance(row, dict) else None
            if isinstance(number, int) and number in listed:
                found.spoilt.add(number)
    return found


def _annotation(row: Any, record: str, listed: Listed, found: _Found) -> None:
    number = _field(row, "image_id", record)
    if number not in listed:
        raise BadInput(f"{record}: there is no image with the id {number}")
    if row.get("iscrowd"):
        found.crowds += 1
        return
    _, width, height, _ = listed[number]
    found.boxes.setdefault(number, []).append(_corners(row, record, width, height))


def _corners(row: Any, record: str, width: int, height: int) -> list[float]:
    """x1, y1, x2, y2 of a record's bbox."""
    values = _field(row, "bbox", record)
    if not isinstance(values, list) or len(values) != 4 or not all(map(_is_finite, values)):
        raise BadInput(f"{record}: bbox is {values!r} and not four finite numbers")
    x, y, w, h = map(float, values)
    if w <= 0 or h <= 0:
        raise BadInput(f"{record}: bbox {values} has no area; COCO's boxes are x, y, width, height")
    if x < -EDGE or y < -EDGE or x + w > width + EDGE or y + h > height + EDGE:
        raise BadInput(
            f"{record}: bbox {values} reaches beyond the image of {width} x {height}; COCO's boxes"
            " are x, y, width, height in pixels, not two corners"
        )
    return [x, y, x + w, y + h]


def _is_finite(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _refuse_normalised(file: Path, boxes: Mapping[int, Sequence[Sequence[float]]]) -> None:
    largest = max((value for rows in boxes.values() for row in rows for value in row), default=2.0)
    if largest <= PIXEL_UNITS:
        raise BadInput(
            f"{file}: no box reaches beyond {largest:.2f}: they are in shares of the image, and"
            " COCO's are in pixels"
        )
