"""Digit scenes as files, and what is to go wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trainers.data.annotated import refuse
from trainers.data.fgclip import Wanted, read
from trainers.data.fgclip_writer import write
from trainers.data.scenes import Scenes


def written(folder: Path, count: int = 10, split: Any = "train", share: float = 0.0) -> Path:
    return write(Scenes("clutter", split, count, 0, share), folder)


def changed(file: Path, **values: Any) -> Path:
    """The file with other values in its third record."""
    records = json.loads(file.read_text())
    records[2] |= values
    file.write_text(json.dumps(records))
    return file


def box_changed(file: Path, **values: Any) -> Path:
    """The file with other values in the first box of its third record."""
    records = json.loads(file.read_text())
    records[2]["bbox_info"][0] |= values
    file.write_text(json.dumps(records))
    return file


def read_strictly(file: Path, **wanted: Any) -> Any:
    return read(file, None, Wanted(**wanted), refuse)
