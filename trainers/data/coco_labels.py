"""What COCO's boxes and images are called: an annotation's own caption, or its category's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trainers.errors import BadInput


def by_image(file: Path, data: Mapping[str, Any], rows: Sequence[Any]) -> dict[int, list[str]]:
    """By image, the label of every annotation that is no crowd; "" where it has none.

    rows: the annotations, already known to have image_id. BadInput: a category that is not there.
    """
    names = _categories(file, data.get("categories", []))
    labels: dict[int, list[str]] = defaultdict(list)
    for place, row in enumerate(rows):
        if not row.get("iscrowd"):
            labels[row["image_id"]].append(_label(row, names, f"{file}: annotations[{place}]"))
    return labels


def own_caption(row: Mapping[str, Any], record: str) -> str:
    """Its `caption`, "" where it has none. BadInput: one that is no text."""
    caption = row.get("caption", "")
    if not isinstance(caption, str):
        raise BadInput(f"{record}: caption is {caption!r} and not a text")
    return caption.strip()


def _label(row: Mapping[str, Any], names: Mapping[Any, str], record: str) -> str:
    caption = own_caption(row, record)
    if caption or not names or "category_id" not in row:
        return caption
    number = row["category_id"]
    if not isinstance(number, int) or number not in names:
        raise BadInput(f"{record}: there is no category with the id {number!r}")
    return names[number]


def _categories(file: Path, rows: Any) -> dict[int, str]:
    names: dict[int, str] = {}
    for place, row in enumerate(rows if isinstance(rows, list) else [rows]):
        sound = isinstance(row, dict) and isinstance(row.get("id"), int)
        if not sound or not isinstance(row.get("name"), str) or not row["name"].strip():
            raise BadInput(f"{file}: categories[{place}] needs a whole-number id and a name")
        names[row["id"]] = row["name"].strip()
    return names
