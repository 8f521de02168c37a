"""Sample files as they come in and are read again: nothing is stored that is not what it says."""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec
from PIL import Image

from dashboard.runs import files
from trainers.sample_document import (
    FILE_LIMIT,
    FILE_NAME,
    MAX_BOXES,
    MAX_CELLS,
    MAX_ROWS,
    MAX_TEXT,
    Document,
    PictureOnDisk,
    WordsOnDisk,
    check_reference,
    file_name,
)

LONGEST_SIDE = 4096  # pixels: a small file may hold a picture that no browser could show


class NoSample(ValueError):
    """A file that is no sample's; says what is wrong with it."""


def keep(run_id: str, name: str, data: bytes) -> bool:
    """Store one file. False where it was there already.

    NoSample: the name or the content is not a sample's. files.Full: the run has too many.
    """
    check(name, data)
    return files.keep(run_id, name, data)


def read(run_id: str, name: str) -> bytes | None:
    """The file; None where there is none, and where no sample's file could have this name."""
    return files.read(run_id, name) if FILE_NAME.fullmatch(name) else None


def document(run_id: str, name: str) -> Document | None:
    """None where it has not arrived yet."""
    data = read(run_id, name) if name.endswith(".json") else None
    return None if data is None else msgspec.json.decode(data, type=Document)


def check(name: str, data: bytes) -> None:
    """NoSample: the name is not a sample file's, or the content is not what the name says."""
    if not FILE_NAME.fullmatch(name):
        raise NoSample("a sample's file is named <32 hex digits>.png or .json")
    if len(data) > FILE_LIMIT:
        raise NoSample(f"a sample's file may have {FILE_LIMIT} bytes, this one has {len(data)}")
    if name != file_name(data, "png" if name.endswith(".png") else "json"):
        raise NoSample("its name must be the first 32 digits of its content's SHA-256")
    if name.endswith(".png"):
        _check_picture(data)
    else:
        _check_document(data)


def _check_picture(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            size = image.size
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NoSample(f"it is no PNG picture: {error}") from error
    if max(size) > LONGEST_SIDE:
        raise NoSample(
            f"the picture is {size[0]} × {size[1]}; its longest side may be {LONGEST_SIDE}"
        )


def _check_document(data: bytes) -> None:
    try:
        told = msgspec.json.decode(data, type=Document)
        check_reference(told.name, file_name(data, "json"))
    except ValueError as error:  # msgspec's own errors are ValueErrors
        raise NoSample(f"it is no sample's document: {error}") from error
    if len(told.rows) > MAX_ROWS or any(len(row) > MAX_CELLS for row in told.rows):
        raise NoSample(f"a sample may have {MAX_ROWS} rows of {MAX_CELLS} cells")
    if any(len(text) > MAX_TEXT for text in _texts(told)):
        raise NoSample(f"a text of a sample may have {MAX_TEXT} characters")
    for picture in _pictures(told):
        _check_cell(picture)


def _check_cell(picture: PictureOnDisk) -> None:
    if not (FILE_NAME.fullmatch(picture.file) and picture.file.endswith(".png")):
        raise NoSample(f"{picture.file[:60]!r} cannot be a picture's file")
    if min(picture.size) < 1 or len(picture.boxes) > MAX_BOXES:
        raise NoSample(f"a picture has pixels, and at most {MAX_BOXES} boxes")


def _pictures(told: Document) -> Iterator[PictureOnDisk]:
    yield from (cell for row in told.rows for cell in row if isinstance(cell, PictureOnDisk))


def _texts(told: Document) -> Iterator[str]:
    yield told.title
    for row in told.rows:
        for cell in row:
            yield cell.text if isinstance(cell, WordsOnDisk) else cell.caption
    for picture in _pictures(told):
        yield from (box.label for box in picture.boxes)
