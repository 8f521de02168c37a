"""Text search for people, as CUHK-PEDES' reid_raw.json and its kin list it.

A record: {"split": "train", "id": 1, "file_path": "a/b.png", "captions": ["...", "..."]}; some call
the path img_path. Other fields, as processed_tokens, are not needed. Every caption becomes a record
of its own, with the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainers.data.entries import BadRecord, Entry, caption_of, check_pictures, path_of, who_of


def is_it(fields: Any) -> bool:
    return isinstance(fields, dict) and "captions" in fields


def entries(fields: dict[str, Any], where: str, root: Path) -> Iterator[Entry | BadRecord]:
    try:
        who, path = who_of(fields, where), root / _picture(fields, where)
        check_pictures({"rgb": path}, where)
        captions = _captions(fields["captions"], where)
    except BadRecord as wrong:
        yield wrong
        return
    for number, text in enumerate(captions, start=1):
        place = f"{where}, caption {number}"
        try:
            yield Entry(place, who, {"rgb": path}, caption_of(text, place) or "")
        except BadRecord as wrong:
            yield wrong


def _picture(fields: dict[str, Any], where: str) -> str:
    return path_of(fields.get("file_path", fields.get("img_path")), where)


def _captions(found: Any, where: str) -> list[Any]:
    if not isinstance(found, list) or not found or None in found:
        raise BadRecord(f"{where}: its captions are no list of texts, or an empty one")
    return found
