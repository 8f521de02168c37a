"""Files that belong to a run: one folder a run below FIXPOINT_DATA, gone when the run is."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from dashboard.places import data_dir

MOST_FILES = 20_000  # of one run
MOST_BYTES = 2 * 2**30  # of one run


class Full(Exception):
    """The run has as many files as it may have."""


def folder(run_id: str) -> Path:
    return data_dir() / "samples" / run_id


def keep(run_id: str, name: str, data: bytes) -> bool:
    """Store the file, whole or not at all. False where it is there already.

    `name` was checked by the caller. Full: the run's limit is reached; OSError: the disk's.
    """
    path = folder(run_id) / name
    if path.exists() and path.stat().st_size == len(data):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _make_sure_of_room(path.parent, len(data))
    fresh = path.with_name(f".{uuid.uuid4().hex}")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def read(run_id: str, name: str) -> bytes | None:
    """The file's content; None where it has not arrived."""
    try:
        return (folder(run_id) / name).read_bytes()
    except FileNotFoundError:
        return None


def names(run_id: str) -> set[str]:
    """What has arrived of the run."""
    try:
        return {p.name for p in folder(run_id).iterdir() if not p.name.startswith(".")}
    except FileNotFoundError:
        return set()


def size(run_id: str) -> int:
    """Bytes of all files of the run."""
    try:
        with os.scandir(folder(run_id)) as entries:
            return sum(entry.stat().st_size for entry in entries)
    except FileNotFoundError:
        return 0


def remove(run_id: str) -> None:
    """Delete all files of the run."""
    if folder(run_id).exists():
        shutil.rmtree(folder(run_id))


def _make_sure_of_room(run_folder: Path, more: int) -> None:
    with os.scandir(run_folder) as entries:
        sizes = [entry.stat().st_size for entry in entries]
    if len(sizes) >= MOST_FILES or sum(sizes) + more > MOST_BYTES:
        raise Full(
            f"this run has {len(sizes)} sample files of {sum(sizes)} bytes;"
            f" it may have {MOST_FILES} of {MOST_BYTES} bytes: write samples less often"
        )
