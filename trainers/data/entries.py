"""A checked record of a list of people, and the checks that every layout has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainers.data import pictures
from trainers.errors import BadInput

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".pgm")


class BadRecord(BadInput):
    """One record of a list is wrong: its text names file and record."""


@dataclass(frozen=True)
class Entry:
    """who: the id as the file has it; paths: by modality"""

    where: str
    who: str
    paths: Mapping[str, Path]
    caption: str | None


def who_of(fields: Any, where: str) -> str:
    if not isinstance(fields, dict):
        raise BadRecord(f"{where}: it must be an object with id and pictures")
    return id_of(fields.get("id"), where)


def id_of(who: Any, where: str) -> str:
    if who is None or isinstance(who, dict | list) or not str(who).strip():
        raise BadRecord(f"{where}: it has no id")
    return str(who).strip()


def caption_of(caption: Any, where: str) -> str | None:
    """None where there is none. An empty one is a mistake."""
    if caption is None:
        return None
    if not isinstance(caption, str) or not caption.strip():
        raise BadRecord(f"{where}: its caption is empty or no text")
    return caption


def path_of(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadRecord(f"{where}: its path is empty or no text")
    return value.strip()


def check_pictures(paths: Mapping[str, Path], where: str) -> None:
    """BadRecord: a file is missing, empty, or begins as no picture does."""
    for modality, path in paths.items():
        if not path.is_file():
            raise BadRecord(f"{where}, {modality}: there is no file {path}")
        if path.stat().st_size == 0:
            raise BadRecord(f"{where}, {modality}: {path} is of zero bytes")
        try:
            pictures.size(path, f"{where}, {modality}")
        except BadInput as error:
            raise BadRecord(str(error)) from error
