"""Image files, read in one way, with errors that name the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from trainers.errors import BadInput

Pixels = np.ndarray[Any, np.dtype[np.float32]]  # (3, H, W), 0 to 1
Bytes = np.ndarray[Any, np.dtype[np.uint8]]  # (3, H, W), 0 to 255


def contents(path: Path, record: str) -> bytes:
    """record: where the file is named, for the error. BadInput: missing, unreadable or empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{record}: image {path} cannot be read ({error.strerror})") from error
    if not data:
        raise BadInput(f"{record}: image {path} is empty (0 bytes); copy it again")
    return data


def _require(path: Path, record: str) -> None:
    """BadInput: it is not there, or empty; nothing of it is read."""
    try:
        length = path.stat().st_size
    except OSError as error:
        raise BadInput(f"{record}: image {path} cannot be read ({error.strerror})") from error
    if not length:
        raise BadInput(f"{record}: image {path} is empty (0 bytes); copy it again")


def digest(path: Path, record: str) -> str:
    return hashlib.sha256(contents(path, record)).hexdigest()


def size(path: Path, record: str) -> tuple[int, int]:
    """Width and height in pixels, from the file's header."""
    with _opened(path, record) as image:
        width, height = image.size
    return width, height


def pixels(path: Path, record: str) -> Pixels:
    with _opened(path, record) as image:
        rows = np.asarray(image.convert("RGB"), dtype=np.float32)
    return np.ascontiguousarray(rows.transpose(2, 0, 1) / np.float32(255))


def scaled(path: Path, record: str, height: int, width: int) -> Bytes:
    """The picture at another size: each pixel is the mean of those that fall into it."""
    with _opened(path, record) as image:
        small = image.convert("RGB").resize((width, height), resample=4)  # Pillow's BOX
        return np.ascontiguousarray(np.asarray(small, dtype=np.uint8).transpose(2, 0, 1))


def squared(path: Path, record: str, side: int) -> Bytes:
    """The whole picture as a square, bicubic, as CLIP is shown it: boxes keep their shares."""
    with _opened(path, record) as image:
        square = image.convert("RGB").resize((side, side), resample=3)  # Pillow's BICUBIC
        return np.ascontiguousarray(np.asarray(square, dtype=np.uint8).transpose(2, 0, 1))


@contextmanager
def _opened(path: Path, record: str) -> Iterator[Any]:
    """What reading it raises, also later on, becomes BadInput."""
    _require(path, record)
    try:
        from PIL import Image  # only image files need it: digit scenes do without
    except ImportError as error:
        raise BadInput("image files need Pillow, which is missing: pip install pillow") from error
    try:
        with Image.open(path) as image:
            yield image
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadInput(f"{record}: {path} is no readable image ({error})") from error
