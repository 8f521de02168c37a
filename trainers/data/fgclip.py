"""FG-CLIP's annotations: an image a record, with two captions and its boxes.

    {"f_path": "0001.jpg", "caption": "...", "short_caption": "...", "bbox_info": [{
        "bbox": [x1, y1, x2, y2], "short_expr": "...", "long_expr": "...",
        "flag_short_neg": 1, "short_expr_negs": {"0": "...", ...}}]}

Corners are in shares of the image; a fifth number, a detector's score, is allowed and not used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trainers.data.annotated import Geometry, Named, OnBad, Record, check_boxes
from trainers.data.json_records import files_of, records_of, text_of
from trainers.errors import BadInput


@dataclass(frozen=True)
class Wanted:
    """captions, phrases: keys that must hold a text; others may be missing."""

    captions: tuple[str, ...] = ("short_caption",)
    phrases: tuple[str, ...] = ("short_expr",)
    geometry: Geometry = "refuse"


@dataclass(frozen=True)
class Annotations:
    """digest: of the bytes of all files, in their order"""

    records: tuple[Record, ...]
    digest: str


def read(source: Path, folder: Path | None, wanted: Wanted, on_bad: OnBad) -> Annotations:
    """source: a file, a .txt file that lists some, or a folder; folder: of the images.

    BadInput: a file that cannot be read at all, one without a record, invalid boxes as
    wanted.geometry says. A bad record goes to on_bad.
    """
    state = hashlib.sha256()
    records: list[Record] = []
    for file in files_of(source):
        text = text_of(file)
        state.update(text.encode())
        for where, item in records_of(file, text, on_bad):
            try:
                records.append(_record(item, where, folder or file.parent, wanted))
            except BadInput as error:
                on_bad(error)
    if not records:
        raise BadInput(f"{source}: it holds no sound record")
    check_boxes(source, records, wanted.geometry)
    return Annotations(tuple(records), state.hexdigest())


def _record(item: Any, where: str, root: Path, wanted: Wanted) -> Record:
    if not isinstance(item, dict):
        raise BadInput(f"{where} is {type(item).__name__} and not an object")
    listed = item.get("bbox_info")
    if not isinstance(listed, list):
        raise BadInput(f"{where}: bbox_info is missing or no list")
    boxes = [_box(info, f"{where}: bbox_info[{place}]") for place, info in enumerate(listed)]
    return Record(
        path=root / _text(item, "f_path", where, needed=True),
        caption=_text(item, "caption", where, needed="caption" in wanted.captions),
        short_caption=_text(
            item, "short_caption", where, needed="short_caption" in wanted.captions
        ),
        boxes=np.array(boxes, dtype=np.float32).reshape(-1, 4),
        names=tuple(
            _named(info, f"{where}: bbox_info[{place}]", wanted)
            for place, info in enumerate(listed)
        ),
        where=where,
    )


def _text(item: Mapping[str, Any], key: str, where: str, *, needed: bool) -> str:
    value = item.get(key, "")
    if not isinstance(value, str):
        raise BadInput(f"{where}: {key} is {value!r} and not a text")
    if needed and not value.strip():
        raise BadInput(f"{where}: {key} is missing or empty")
    return value.strip()


def _box(info: Any, where: str) -> list[float]:
    box = info.get("bbox") if isinstance(info, dict) else None
    numbers = isinstance(box, list) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in box
    )
    if not isinstance(box, list) or not numbers or len(box) not in (4, 5):
        raise BadInput(f"{where}: bbox is {box!r} and not four numbers")
    return [float(value) for value in box[:4]]


def _named(info: Mapping[str, Any], where: str, wanted: Wanted) -> Named:
    short = _text(info, "short_expr", where, needed="short_expr" in wanted.phrases)
    long = _text(info, "long_expr", where, needed="long_expr" in wanted.phrases)
    return Named(short, long, _negatives(info, where))


def _negatives(info: Mapping[str, Any], where: str) -> tuple[str, ...]:
    if not info.get("flag_short_neg"):
        return ()
    listed = info.get("short_expr_negs")
    texts = list(listed.values()) if isinstance(listed, dict) else listed
    if not isinstance(texts, list) or not texts:
        raise BadInput(f"{where}: flag_short_neg is set, and short_expr_negs holds no texts")
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise BadInput(f"{where}: short_expr_negs holds an empty text or no text")
    return tuple(text.strip() for text in texts)
