"""COCO's images and boxes, with category names or captions as phrases."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from trainers.data import coco
from trainers.data.annotated import Named, Record
from trainers.data.fgclip import Annotations
from trainers.errors import BadInput


def read(file: Path, folder: Path | None) -> Annotations:
    """An image without a caption of its own is called by what its boxes show.

    BadInput: whatever coco.read refuses, and a box that is called nothing.
    """
    images = coco.read(file, folder).images
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Annotations(tuple(_record(image) for image in images), digest)


def _record(image: coco.Annotated) -> Record:
    for place, label in enumerate(image.labels):
        if not label:
            raise BadInput(
                f"{image.record}: box {place} has neither a caption nor a category with a name"
            )
    sides = np.array([image.width, image.height] * 2)
    caption = image.caption or "a photo of " + " and ".join(dict.fromkeys(image.labels))
    return Record(
        path=image.path,
        caption=caption,
        short_caption=caption,
        boxes=np.clip(image.boxes / sides, 0, 1).astype(np.float32),
        names=tuple(Named(label, label) for label in image.labels),
        where=image.record,
    )
