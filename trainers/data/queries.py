"""ORBench's test_gallery_and_queries.json: a gallery of RGB pictures, and queries by modality.

{"RGB_GALLERY": [[id, path], ...], "NIR": [[id, path], ...], "TEXT": [[id, caption], ...],
"NIR+CP": [[id, path, path], ...], ...}. Queries of several modalities together are left out and
counted: a query here is of one modality.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainers.data.entries import BadRecord, Entry, caption_of, check_pictures, id_of, path_of
from trainers.errors import BadInput

GALLERY = "RGB_GALLERY"
LISTS = {GALLERY: "rgb", "NIR": "infrared", "CP": "pencil", "SK": "sketch", "TEXT": "text"}
TOGETHER = "+"


def is_it(data: Any) -> bool:
    return isinstance(data, dict) and GALLERY in data


def left_out(data: Any) -> int:
    """Queries of several modalities together."""
    lists = data.items() if is_it(data) else ()
    return sum(len(rows) for name, rows in lists if TOGETHER in name)


def entries(data: dict[str, Any], path: Path, root: Path) -> Iterator[Entry | BadRecord]:
    """BadInput: a list by an unknown name, or something else in its place."""
    for name, rows in data.items():
        if TOGETHER not in name and name not in LISTS:
            raise BadInput(f"{path}: unknown list {name!r}; there are: {', '.join(LISTS)}")
        if not isinstance(rows, list):
            raise BadInput(f"{path}: {name} is no list")
    for name, modality in LISTS.items():
        for place, row in enumerate(data.get(name, ())):
            where = f"{path}, {name}[{place}]"
            try:
                yield _entry(row, modality, where, root)
            except BadRecord as wrong:
                yield wrong


def _entry(row: Any, modality: str, where: str, root: Path) -> Entry:
    if not isinstance(row, list) or len(row) != 2:
        raise BadRecord(f"{where}: it must be a pair of an id and a path or caption")
    who = id_of(row[0], where)
    if modality == "text":
        if row[1] is None:
            raise BadRecord(f"{where}: it has no caption")
        return Entry(where, who, {}, caption_of(row[1], where))
    paths = {modality: root / path_of(row[1], where)}
    check_pictures(paths, where)
    return Entry(where, who, paths, None)
