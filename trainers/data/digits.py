"""Real handwritten digits: scikit-learn's bundled set, 1,797 images of 8 x 8 pixels.

The first 1,400 are for training and the rest for testing, so that no handwriting is in both.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainers.errors import BadInput

Split = Literal["train", "test"]
Floats = NDArray[np.float32]

TRAIN_COUNT = 1400


@cache
def _bundled() -> tuple[Floats, NDArray[np.int64]]:
    """Images (1797, 8, 8) of 0 to 1, and what they show. Reads the file that load_digits reads.

    Importing scikit-learn for it would cost every run two seconds.
    """
    table = np.loadtxt(_file(), delimiter=",", dtype=np.int64)
    return (table[:, :-1].reshape(-1, 8, 8) / 16).astype(np.float32), table[:, -1]


def _file() -> Path:
    found = find_spec("sklearn")
    if found is None or not found.submodule_search_locations:
        raise BadInput(
            "the digits come with scikit-learn, which is missing: pip install scikit-learn"
        )
    return Path(found.submodule_search_locations[0], "datasets", "data", "digits.csv.gz")


@cache
def numbers_of(split: Split) -> dict[int, NDArray[np.int64]]:
    """For every digit 0 to 9, which images of the set show it in this split."""
    labels = _bundled()[1]
    lot = np.arange(len(labels)) < TRAIN_COUNT
    chosen = lot if split == "train" else ~lot
    return {digit: np.flatnonzero(chosen & (labels == digit)) for digit in range(10)}


@lru_cache(maxsize=20_000)
def glyph(number: int, side: int) -> Floats:
    """Image `number` as ink of 0 to 1, scaled to `side` pixels and cut to its ink. (h, w)"""
    stretch = _stretch(side)
    ink = stretch @ _bundled()[0][number] @ stretch.T
    strong = ink > 0.2
    cut: Floats = ink[_extent(strong.any(1)), _extent(strong.any(0))].copy()
    return cut


def _extent(found: NDArray[np.bool_]) -> slice:
    """From the first to the last that is true."""
    return slice(int(found.argmax()), len(found) - int(found[::-1].argmax()))


@cache
def _stretch(side: int) -> Floats:
    """Weights that scale 8 pixels to `side` bilinearly. (side, 8)"""
    centre = np.clip((np.arange(side) + 0.5) * 8 / side - 0.5, 0, 7)
    apart = np.abs(centre[:, None] - np.arange(8))
    weights: Floats = np.clip(1 - apart, 0, None).astype(np.float32)
    return weights


@cache
def fingerprint() -> str:
    """Changes when the bundled set does."""
    images, labels = _bundled()
    return hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()[:16]
