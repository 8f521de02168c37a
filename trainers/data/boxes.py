"""Boxes as (x1, y1, x2, y2) in shares of the image: which are valid, why not, and broken ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]  # (n, 4)

REASONS = ("not_finite", "padding", "pixel_units", "not_positive", "outside")
KINDS = ("outside", "zero_area", "swapped", "pixels")  # how `spoil` breaks a box
PIXEL_UNITS = 1.5  # a normalised coordinate beyond this can only be pixels


def reasons(boxes: Boxes) -> dict[str, NDArray[np.bool_]]:
    """For every reason, which boxes are invalid by it; a box has at most one, the first that fits.

    A small box is valid: only boxes of which RoI align sees nothing are refused. A box that
    reaches over the image's edge still shows something and stays.
    """
    x1, y1, x2, y2 = boxes.T
    with np.errstate(invalid="ignore"):
        found = {
            "not_finite": ~np.isfinite(boxes).all(1),
            "padding": (boxes == 0).all(1),
            "pixel_units": (np.abs(boxes) > PIXEL_UNITS).any(1),
            "not_positive": (x2 <= x1) | (y2 <= y1),
            "outside": (x2 <= 0) | (y2 <= 0) | (x1 >= 1) | (y1 >= 1),
        }
    taken = np.zeros(len(boxes), dtype=bool)
    for reason in REASONS:
        found[reason] &= ~taken
        taken |= found[reason]
    return found


def valid(boxes: Boxes) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = ~np.any(list(reasons(boxes).values()), axis=0)
    return sound


def count_by_reason(boxes: Boxes) -> dict[str, int]:
    return {reason: int(found.sum()) for reason, found in reasons(boxes).items()}


def spoil(boxes: Boxes, share: float, image_side: int, rng: np.random.Generator) -> Boxes:
    """The same boxes with about `share` of them broken, each in one of the four KINDS."""
    broken = boxes.copy()
    draws, kinds = rng.random(len(boxes)), rng.integers(len(KINDS), size=len(boxes))
    for row in np.flatnonzero(draws < share):
        broken[row] = _spoilt(boxes[row], KINDS[kinds[row]], image_side)
    return broken


def _spoilt(box: Boxes, kind: str, image_side: int) -> Boxes:
    x1, y1, x2, y2 = box
    if kind == "outside":  # moved off the left edge, where no pixel is
        return np.array([x1 - 1.3, y1, x2 - 1.3, y2], dtype=np.float32)
    if kind == "zero_area":
        return np.array([x1, y1, x1, y2], dtype=np.float32)
    if kind == "swapped":
        return np.array([x2, y2, x1, y1], dtype=np.float32)
    return np.maximum(box * image_side, 2).astype(np.float32)
