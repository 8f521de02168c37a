"""Lists of people in files, as ORBench has them: JSON or CSV.

JSON: a list of records. A record has "id" and, of its pictures, either "file_path" alone (the
modality is the path's first folder, and the person's other pictures are found in the folders
beside it: vis/0001/a.jpg, nir/0001/, cp/0001/, sk/0001/), or a path by modality ("rgb",
"infrared", "pencil", "sketch", or those folders' names). "caption" is its text. What a record
does not name, is missing. CSV: the same names as columns; an empty cell of a path is missing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainers.data.people import IMAGES
from trainers.errors import BadInput

FOLDERS = {"vis": "rgb", "nir": "infrared", "cp": "pencil", "sk": "sketch"}
CALLED = {**FOLDERS, **{modality: modality for modality in IMAGES}}
BESIDE = ("id", "file_path", "caption", "split")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".pgm")


class BadRecord(BadInput):
    """One record of a manifest is wrong: its text names file and record."""


@dataclass(frozen=True)
class Entry:
    """A checked record. who: the id as the file has it; paths: by modality"""

    where: str
    who: str
    paths: Mapping[str, Path]
    caption: str | None


def entries(path: Path, root: Path) -> Iterator[Entry | BadRecord]:
    """Every record, or what is wrong with it. Paths are relative to root.

    BadInput: there is no such file, or it is no list of records.
    """
    seen: dict[str, int] = {}
    for number, fields in enumerate(_records(path), start=1):
        where = f"{path}, record {number}"
        try:
            who = _who(fields, where)
            seen[who] = seen.get(who, -1) + 1
            yield _entry(fields, who, where, root, turn=seen[who])
        except BadRecord as wrong:
            yield wrong


def _records(path: Path) -> list[Any]:
    if not path.is_file():
        raise BadInput(f"manifest: there is no file {path}")
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = _rows(text) if path.suffix.lower() == ".csv" else json.loads(text)
    except (ValueError, csv.Error) as error:
        raise BadInput(f"manifest: {path} cannot be read ({error})") from error
    if not isinstance(found, list) or not found:
        raise BadInput(f"manifest: {path} must be a list with at least one record")
    return found


def _rows(text: str) -> list[dict[str, Any]]:
    """Empty cells of paths are left out; an empty caption is a mistake, and stays."""
    rows = csv.DictReader(text.splitlines())
    return [
        {name: cell for name, cell in row.items() if cell or name in ("id", "caption")}
        for row in rows
    ]


def _who(fields: Any, where: str) -> str:
    if not isinstance(fields, dict):
        raise BadRecord(f"{where}: it must be an object with id and pictures")
    who = fields.get("id")
    if who is None or isinstance(who, dict | list) or not str(who).strip():
        raise BadRecord(f"{where}: it has no id")
    return str(who).strip()


def _entry(fields: dict[str, Any], who: str, where: str, root: Path, *, turn: int) -> Entry:
    paths = _paths(fields, where, root, turn)
    caption = _caption(fields, where)
    if not paths and caption is None:
        raise BadRecord(f"{where}: it has neither a picture nor a caption")
    for modality, path in paths.items():
        _check_file(path, f"{where}, {modality}")
    return Entry(where, who, paths, caption)


def _caption(fields: dict[str, Any], where: str) -> str | None:
    caption = fields.get("caption")
    if caption is None:
        return None
    if not isinstance(caption, str) or not caption.strip():
        raise BadRecord(f"{where}: its caption is empty or no text")
    return caption


def _paths(fields: dict[str, Any], where: str, root: Path, turn: int) -> dict[str, Path]:
    found = {}
    for name, value in fields.items():
        if name in BESIDE or value is None:
            continue
        if name not in CALLED:
            known = ", ".join((*IMAGES, *FOLDERS))
            raise BadRecord(f"{where}: unknown modality {name!r}; there are: {known}")
        found[CALLED[name]] = root / _path(value, f"{where}, {name}")
    if "file_path" in fields:
        found = {**_beside(_path(fields["file_path"], where), where, root, turn), **found}
    return found


def _path(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadRecord(f"{where}: its path is empty or no text")
    return value.strip()


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


def _check_file(path: Path, where: str) -> None:
    if not path.is_file():
        raise BadRecord(f"{where}: there is no file {path}")
    if path.stat().st_size == 0:
        raise BadRecord(f"{where}: {path} is of zero bytes")
