"""Sample pictures of a run, with boxes, and what was found for a query: written for the run page.

Imports no torch. Pictures and documents are named by their content (sample_document.py), so a
picture that every evaluation shows is stored and sent once.
"""

from __future__ import annotations

import io
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from trainers.sample_document import (
    FILE_LIMIT,
    FOLDER,
    BoxOnDisk,
    Corner,
    Document,
    Kind,
    PictureOnDisk,
    WordsOnDisk,
    check_reference,
    file_name,
)

LONGEST_SIDE = 1024  # pixels kept of a larger picture: enough to look at, quick to send


@dataclass(frozen=True)
class Box:
    """corners: x1, y1, x2, y2 in pixels of its picture."""

    corners: tuple[float, float, float, float]
    kind: Kind
    label: str = ""


@dataclass(frozen=True)
class Picture:
    """pixels: uint8, height x width x 3. right: whether it was found rightly; None: no question."""

    pixels: NDArray[np.uint8]
    caption: str = ""
    boxes: tuple[Box, ...] = ()
    right: bool | None = None


@dataclass(frozen=True)
class Words:
    """A text in the place of a picture: a caption that was searched with, or found."""

    text: str
    right: bool | None = None


@dataclass(frozen=True)
class Sample:
    """Rows to look at. A row: one picture, or a query and then what was found for it.

    name: the same at every evaluation, so that steps can be set side by side.
    """

    name: str
    title: str
    rows: tuple[tuple[Picture | Words, ...], ...]


def write(run_dir: Path, step: int, sample: Sample) -> str:
    """Write the sample's files below run_dir/samples; the document's file name.

    "" where the disk refused them (it is full, say): that is told on the console and ends nothing.
    ValueError: pixels that are no uint8 (H, W, 3), or a name that cannot be one.
    """
    files: dict[str, bytes] = {}
    rows = tuple(tuple(_cell(cell, files) for cell in row) for row in sample.rows)
    document = Document(sample.name, sample.title, step, rows)
    name = _add(files, msgspec.json.encode(document), "json")
    check_reference(sample.name, name)
    try:
        _write(run_dir / FOLDER, files)
    except OSError as error:
        sys.stderr.write(f"sample {sample.name!r} of step {step} is not kept: {error}\n")
        return ""
    return name


def _cell(cell: Picture | Words, files: dict[str, bytes]) -> PictureOnDisk | WordsOnDisk:
    if isinstance(cell, Words):
        return WordsOnDisk(cell.text, cell.right)
    pixels = np.asarray(cell.pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(
            f"pixels of {cell.caption!r} are {pixels.dtype} {pixels.shape}: give uint8 (H, W, 3)"
        )
    height, width = pixels.shape[:2]
    file = _add(files, _png(pixels), "png")
    boxes = tuple(_box(box) for box in cell.boxes)
    return PictureOnDisk(file, (width, height), cell.caption, cell.right, boxes)


def _box(box: Box) -> BoxOnDisk:
    x1, y1, x2, y2 = (_corner(float(value)) for value in box.corners)
    return BoxOnDisk((x1, y1, x2, y2), box.kind, box.label)


def _corner(value: float) -> Corner:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """The picture, at most LONGEST_SIDE pixels long: boxes keep the pixels of the whole one."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def _add(files: dict[str, bytes], data: bytes, suffix: Literal["png", "json"]) -> str:
    if len(data) > FILE_LIMIT:
        raise ValueError(f"a sample's {suffix} has {len(data)} bytes, at most {FILE_LIMIT} can be")
    name = file_name(data, suffix)
    files[name] = data
    return name


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Each file whole or not at all; the document is last, so that it never lacks a picture."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = folder / name
        if path.exists() and path.stat().st_size == len(data):
            continue
        fresh = folder / f".{name}.new"
        try:
            fresh.write_bytes(data)
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)  # give back what a full disk has room for
            raise
