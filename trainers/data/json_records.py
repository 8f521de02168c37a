"""Records in JSON: a list, or one object a line, whatever the file is called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainers.data.annotated import OnBad
from trainers.errors import BadInput

SUFFIXES = (".json", ".jsonl")


def files_of(source: Path) -> list[Path]:
    """The file itself, those that a .txt file lists, or those in a folder, by name."""
    if source.is_dir():
        found = sorted(path for path in source.iterdir() if path.suffix in SUFFIXES)
        if not found:
            raise BadInput(f"{source}: the folder holds no .json or .jsonl file")
        return found
    if source.suffix != ".txt":
        return [source]
    lines = [line.strip() for line in text_of(source).splitlines()]
    if not any(lines):
        raise BadInput(f"{source}: it lists no file")
    return [source.parent / line for line in lines if line]


def text_of(file: Path) -> str:
    try:
        text = file.read_bytes().decode()
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 ({error})") from error
    if not text.strip():
        raise BadInput(f"{file} is empty")
    return text


def records_of(file: Path, text: str, on_bad: OnBad) -> Iterator[tuple[str, Any]]:
    """Each record with its place. A line that is no JSON goes to on_bad; a broken list raises."""
    if text.lstrip().startswith("["):
        for place, item in enumerate(_parsed(text, str(file))):
            yield f"{file}: record {place}", item
        return
    if (whole := _one_object(text)) is not None:
        _refuse_coco(file, whole)
        yield f"{file}: record 0", whole
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield from _line(f"{file}: line {number}", line, on_bad)


def _line(where: str, line: str, on_bad: OnBad) -> Iterator[tuple[str, Any]]:
    try:
        item = _parsed(line, where)
    except BadInput as error:
        on_bad(error)
        return
    yield where, item


def _one_object(text: str) -> dict[str, Any] | None:
    """The file's single object, where it holds one over several lines or in one."""
    try:
        whole = json.loads(text)
    except ValueError:
        return None
    return whole if isinstance(whole, dict) else None


def _refuse_coco(file: Path, whole: dict[str, Any]) -> None:
    if {"images", "annotations"} <= whole.keys():
        raise BadInput(f"{file} is COCO's JSON: set dataset to coco")


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput(f"{where} is not JSON ({error})") from error
