"""Lists of people in files: JSON or CSV. Which layout a file has, its contents say.

A list of records, as ORBench's train_annos.json: a record has "id" and, of its pictures, either
"file_path" alone (the modality is the path's first folder, and the person's other pictures are
found in the folders beside it: vis/0001/a.jpg, nir/0001/, cp/0001/, sk/0001/), or a path by
modality ("rgb", "infrared", "pencil", "sketch", or those folders' names). "caption" is its text.
What a record does not name, is missing. CSV: the same names as columns; an empty cell of a path is
missing. Records with "captions" are of the text lists (trainers.data.text_lists); an object with
"RGB_GALLERY" is ORBench's gallery and queries (trainers.data.queries).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainers.data import queries, text_lists
from trainers.data.entries import (
    PICTURES,
    BadRecord,
    Entry,
    caption_of,
    check_pictures,
    path_of,
    who_of,
)
from trainers.data.people import IMAGES
from trainers.errors import BadInput

FOLDERS = {"vis": "rgb", "nir": "infrared", "cp": "pencil", "sk": "sketch"}
CALLED = {**FOLDERS, **{modality: modality for modality in IMAGES}}
BESIDE = ("id", "file_path", "caption", "split")


@dataclass(frozen=True)
class Manifest:
    """A file that was read, and what its contents are."""

    path: Path
    data: Any

    @property
    def holds_queries(self) -> bool:
        return queries.is_it(self.data)

    @property
    def together(self) -> int:
        """Queries of several modalities at once, which are left out."""
        return queries.left_out(self.data)

    def entries(self, root: Path, split: str = "") -> Iterator[Entry | BadRecord]:
        """Every record, or what is wrong with it. Paths are relative to root.

        split: only the records that name it as theirs; empty takes all of them.
        BadInput: it is no list of records, or has none of that split.
        """
        if self.holds_queries:
            return queries.entries(self.data, self.path, root)
        return _listed(_records(self.data, self.path), self.path, root, split)


def read(path: Path) -> Manifest:
    """BadInput: there is no such file, or it is neither JSON nor CSV."""
    return Manifest(path, _data(path))


def _listed(records: list[Any], path: Path, root: Path, split: str) -> Iterator[Entry | BadRecord]:
    seen: dict[str, int] = {}
    numbered = [(n, fields) for n, fields in enumerate(records, start=1) if _is_of(fields, split)]
    if not numbered:
        raise BadInput(
            f"manifest: {path} has no record of the split {split!r}; name the manifest of the"
            " held-out people as test_manifest, too"
        )
    for number, fields in numbered:
        where = f"{path}, record {number}"
        if text_lists.is_it(fields):
            yield from text_lists.entries(fields, where, root)
            continue
        try:
            who = who_of(fields, where)
            seen[who] = seen.get(who, -1) + 1
            yield _entry(fields, who, where, root, turn=seen[who])
        except BadRecord as wrong:
            yield wrong


def _is_of(fields: Any, split: str) -> bool:
    return not split or (isinstance(fields, dict) and fields.get("split") == split)


def _data(path: Path) -> Any:
    if not path.is_file():
        raise BadInput(f"manifest: there is no file {path}")
    try:
        text = path.read_text(encoding="utf-8-sig")
        return _rows(text) if path.suffix.lower() == ".csv" else json.loads(text)
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"manifest: {path} cannot be read ({error})") from error


def _records(data: Any, path: Path) -> list[Any]:
    if not isinstance(data, list) or not data:
        raise BadInput(f"manifest: {path} must be a list with at least one record")
    return data


def _rows(text: str) -> list[dict[str, Any]]:
    """Empty cells of paths are left out; an empty caption is a mistake, and stays."""
    rows = csv.DictReader(text.splitlines())
    return [
        {name: cell for name, cell in row.items() if cell or name in ("id", "caption")}
        for row in rows
    ]


def _entry(fields: dict[str, Any], who: str, where: str, root: Path, *, turn: int) -> Entry:
    paths = _paths(fields, where, root, turn)
    caption = caption_of(fields.get("caption"), where)
    if not paths and caption is None:
        raise BadRecord(f"{where}: it has neither a picture nor a caption")
    check_pictures(paths, where)
    return Entry(where, who, paths, caption)


def _paths(fields: dict[str, Any], where: str, root: Path, turn: int) -> dict[str, Path]:
    found = {}
    for name, value in fields.items():
        if name in BESIDE or value is None:
            continue
        if name not in CALLED:
            known = ", ".join((*IMAGES, *FOLDERS))
            raise BadRecord(f"{where}: unknown modality {name!r}; there are: {known}")
        found[CALLED[name]] = root / path_of(value, f"{where}, {name}")
    if "file_path" in fields:
        found = {**_beside(path_of(fields["file_path"], where), where, root, turn), **found}
    return found


def _beside(file_path: str, where: str, root: Path, turn: int) -> dict[str, Path]:
    """The named picture, and one of the same person's from each other modality's folder."""
    folder, *inner = Path(file_path).parts
    if folder not in FOLDERS:
        known = ", ".join(FOLDERS)
        raise BadRecord(f"{where}: unknown modality {folder!r} in {file_path}; there are: {known}")
    found = {}
    for other, modality in FOLDERS.items():
        if other != folder and len(inner) > 1:
            pictures = _pictures(Path(root, other, *inner[:-1]))
            if pictures:
                found[modality] = pictures[turn % len(pictures)]
    return {FOLDERS[folder]: root / file_path, **found}


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
