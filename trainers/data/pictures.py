"""Picture files as arrays. Portable pixmaps are read here, all other kinds by Pillow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainers.errors import BadInput

PIXMAPS = {b"P5": 1, b"P6": 3}  # grey and colour, and how many numbers a pixel has

Pixels = NDArray[np.uint8]  # (3, h, w)


def read(path: Path, height: int, width: int) -> Pixels:
    """The picture scaled to (3, height, width). BadInput: damaged, or Pillow is needed for it."""
    data = path.read_bytes()
    pixels = _pixmap(data, path) if data[:2] in PIXMAPS else _by_pillow(path)
    return _scaled(pixels, height, width)


def _pixmap(data: bytes, path: Path) -> Pixels:
    fields = data.split(maxsplit=4)  # kind, width, height, highest value, the pixels
    try:
        wide, high, top = (int(field) for field in fields[1:4])
        depth = PIXMAPS[fields[0]]
        body = data[len(data) - wide * high * depth :]
        pixels = np.frombuffer(body, dtype=np.uint8).reshape(high, wide, depth)
        if top != 255 or len(data) <= len(body):
            raise ValueError("it is not of 8 bits, or cut off")
    except (ValueError, IndexError) as error:
        raise BadInput(f"{path} is damaged or no picture ({error})") from error
    return np.repeat(pixels, 3 // depth, axis=2).transpose(2, 0, 1)


def _by_pillow(path: Path) -> Pixels:
    try:
        from PIL import Image
    except ImportError as error:
        raise BadInput(
            f"{path}: pictures other than PPM and PGM are read by Pillow, which is missing:"
            " pip install pillow"
        ) from error
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.uint8).transpose(2, 0, 1)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} is damaged or no picture ({error})") from error


def _scaled(pixels: Pixels, height: int, width: int) -> Pixels:
    """By the mean of the pixels that fall into one, or the nearest where it grows."""
    rows, columns = _bounds(pixels.shape[1], height), _bounds(pixels.shape[2], width)
    total = np.zeros((3, pixels.shape[1] + 1, pixels.shape[2] + 1))
    total[:, 1:, 1:] = pixels.astype(np.float64).cumsum(1).cumsum(2)
    top, bottom = rows
    left, right = columns
    boxes = total[:, bottom][:, :, right] - total[:, top][:, :, right]
    boxes -= total[:, bottom][:, :, left] - total[:, top][:, :, left]
    area = (bottom - top)[:, None] * (right - left)[None, :]
    return np.ascontiguousarray((boxes / area).round().astype(np.uint8))


def _bounds(length: int, wanted: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First pixel of each new one, and the one after its last."""
    first = np.arange(wanted) * length // wanted
    after = np.maximum(first + 1, (np.arange(wanted) + 1) * length // wanted)
    return first, after
