"""Held-out pictures with their boxes, to look at: drawn on the run page after an evaluation."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from trainers.box_refinement.batches import Batch
from trainers.box_refinement.losses import iou
from trainers.features import Image
from trainers.samples import Box, Picture, Sample

SHOWN = 4  # images, the same ones at every evaluation


def drawn(batch: Batch, refined: Tensor) -> Sample:
    """refined: (K, 4) in shares of the frame, as the boxes and proposals of the batch"""
    rows = [(_picture(batch, refined, number),) for number in range(len(batch.examples))]
    return Sample("boxes", "Boxes before, predicted and true", tuple(rows))


def _picture(batch: Batch, refined: Tensor, number: int) -> Picture:
    """One image, in its own pixels, with the mean overlap before and after."""
    image = batch.examples[number].load()
    mine = batch.image_of == number
    before, after, true = (boxes[mine].cpu() for boxes in (batch.proposals, refined, batch.boxes))
    side = max(image.shape[1:])  # which the frame shows whole
    boxes = [
        *(_box(corners * side, "before") for corners in before),
        *(_box(corners * side, "true") for corners in true),
        *(_scored(c * side, float(o)) for c, o in zip(after, iou(after, true), strict=True)),
    ]
    told = f"IoU {float(iou(before, true).mean()):.2f} → {float(iou(after, true).mean()):.2f}"
    return Picture(_pixels(image), f"{batch.examples[number].name}: {told}", tuple(boxes))


def _box(corners: Tensor, kind: Literal["before", "true"]) -> Box:
    x1, y1, x2, y2 = corners.tolist()
    return Box((x1, y1, x2, y2), kind)


def _scored(corners: Tensor, overlap: float) -> Box:
    x1, y1, x2, y2 = corners.tolist()
    return Box((x1, y1, x2, y2), "predicted", f"{overlap:.2f}")


def _pixels(image: Image) -> NDArray[np.uint8]:
    """(3, h, w) from 0 to 1, to (h, w, 3) in bytes"""
    return (image.transpose(1, 2, 0) * 255).round().clip(0, 255).astype(np.uint8)
