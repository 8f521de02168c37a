"""What a sample is on disk: one JSON document and the PNG pictures that it names.

    samples/<32 hex digits>.png    a picture; the digits are the head of its SHA-256
    samples/<32 hex digits>.json   a document, named likewise by its own content

A program that is no Python can write the same, then add to events.jsonl the line
{"kind": "sample", "time": …, "step": …, "name": …, "file": "<document>"}. A document:

    {"name": "boxes", "title": "Refined boxes", "step": 40, "rows": [[
        {"type": "picture", "file": "….png", "size": [640, 480], "caption": "cat", "right": true,
         "boxes": [{"corners": [10, 20, 200, 300], "kind": "predicted", "label": "0.91"}]},
        {"type": "words", "text": "a cat on a sofa", "right": null}]]}

corners: x1, y1, x2, y2 in pixels of `size` (width, height), which may be more than the PNG has;
JSON has no NaN: such a corner travels as "NaN", "Infinity" or "-Infinity".
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

import msgspec

FOLDER = "samples"
FILE_LIMIT = 8 * 2**20  # bytes of one file; the app refuses more
FILE_NAME = re.compile(r"[0-9a-f]{32}\.(?:png|json)")
MAX_NAME = 250  # characters of a sample's name
MAX_ROWS = 200
MAX_CELLS = 50  # in a row
MAX_BOXES = 500  # in a picture
MAX_TEXT = 2000  # characters

Kind = Literal["before", "predicted", "true"]
Corner = float | Literal["NaN", "Infinity", "-Infinity"]


class BoxOnDisk(msgspec.Struct, frozen=True):
    corners: tuple[Corner, Corner, Corner, Corner]
    kind: Kind
    label: str = ""


class PictureOnDisk(msgspec.Struct, frozen=True, tag="picture"):
    file: str
    size: tuple[int, int]
    caption: str = ""
    right: bool | None = None
    boxes: tuple[BoxOnDisk, ...] = ()


class WordsOnDisk(msgspec.Struct, frozen=True, tag="words"):
    text: str
    right: bool | None = None


class Document(msgspec.Struct, frozen=True):
    """One sample: rows of pictures and words."""

    name: str
    title: str
    step: int
    rows: tuple[tuple[PictureOnDisk | WordsOnDisk, ...], ...]


def file_name(data: bytes, suffix: Literal["png", "json"]) -> str:
    """The name that a file with this content has to have."""
    return f"{hashlib.sha256(data).hexdigest()[:32]}.{suffix}"


def check_reference(name: str, file: str) -> None:
    """What an event may say of a sample. ValueError: a name or file that cannot be one."""
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(f"sample name {name[:60]!r}: use 1 to {MAX_NAME} printable characters")
    if not (FILE_NAME.fullmatch(file) and file.endswith(".json")):
        raise ValueError(f"sample file {file[:60]!r}: name its document, <32 hex digits>.json")
