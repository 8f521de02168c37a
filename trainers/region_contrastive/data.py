"""Batches of scenes with the regions that enter the loss.

A batch is a function of (seed, number of the forward pass): a resumed run sees what the
interrupted one would have seen, and two runs of one seed see the same scenes whatever their faults.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.data import boxes as box_rules
from trainers.data import order
from trainers.data.phrases import Look
from trainers.data.scenes import Scene, Scenes


@dataclass(frozen=True)
class Batch:
    """images: (B, 3, S, S), -1 to 1; captions: one an image

    boxes: (R, 4), image_of: (R,), phrase: (R,) and texts: the regions that enter the loss
    seen, invalid, filtered: of all boxes that the images have
    """

    images: Tensor
    captions: list[str]
    boxes: Tensor
    image_of: Tensor
    phrase: Tensor
    texts: list[str]
    seen: int
    invalid: dict[str, int]
    filtered: int


@dataclass(frozen=True)
class Batches:
    scenes: Scenes
    batch_size: int
    regions: int
    seed: int
    filter_boxes: bool

    def __getitem__(self, forward: int) -> Batch:
        first = forward * self.batch_size
        scenes = [self._scene(first + place) for place in range(self.batch_size)]
        return self._batch(scenes, np.random.default_rng((self.seed, forward)))

    def _scene(self, position: int) -> Scene:
        return self.scenes[order.item(position, self.scenes.count, self.seed)]

    def _batch(self, scenes: list[Scene], rng: np.random.Generator) -> Batch:
        boxes, image_of, looks = regions_of(scenes)
        keep = box_rules.valid(boxes) if self.filter_boxes else np.ones(len(boxes), dtype=bool)
        shuffled = rng.permutation(len(boxes))  # drawn before the filter: equal with and without it
        chosen = shuffled[keep[shuffled]][: self.regions]
        return Batch(
            images=pixels(scenes),
            captions=[scene.caption for scene in scenes],
            boxes=torch.from_numpy(boxes[chosen]),
            image_of=torch.from_numpy(image_of[chosen]),
            phrase=torch.tensor([looks[row].phrase for row in chosen], dtype=torch.long),
            texts=[looks[row].text for row in chosen],
            seen=len(boxes),
            invalid=box_rules.count_by_reason(boxes),
            filtered=int((~keep).sum()),
        )


def regions_of(scenes: list[Scene]) -> tuple[box_rules.Boxes, NDArray[np.int64], list[Look]]:
    """All boxes (n, 4) of the scenes, the scene each lies on (n,), and what each shows."""
    boxes = np.concatenate([scene.boxes for scene in scenes])
    image_of = np.repeat(np.arange(len(scenes)), [len(scene.looks) for scene in scenes])
    return boxes, image_of, [look for scene in scenes for look in scene.looks]


def pixels(scenes: list[Scene]) -> Tensor:
    """(B, 3, S, S), -1 to 1"""
    return torch.from_numpy(np.stack([scene.image for scene in scenes])) * 2 - 1
