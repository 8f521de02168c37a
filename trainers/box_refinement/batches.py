"""Batches of images with true boxes and the proposals that are to be refined.

A batch is a function of (seed, number of the forward pass): a resumed run sees what the
interrupted one would have seen, and two runs of one seed see the same boxes whatever their faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trainers.box_refinement.data import Boxes, Example, Examples
from trainers.data import order

EVALUATION_NOISE = 0.16  # always the same, so that scores can be compared
LEAST_SIDE = 1e-3  # of a proposal, as a share of the frame


@dataclass(frozen=True)
class Batch:
    """boxes, proposals: (K, 4) in shares of the frame; image_of: (K,); longest: (K,) in pixels"""

    examples: tuple[Example, ...]
    boxes: Tensor
    proposals: Tensor
    image_of: Tensor
    longest: Tensor

    def on(self, device: torch.device) -> Batch:
        """All of it there, but for the images, which stay where they are until they are needed."""
        return Batch(
            self.examples,
            self.boxes.to(device),
            self.proposals.to(device),
            self.image_of.to(device),
            self.longest.to(device),
        )


@dataclass(frozen=True)
class Batches:
    examples: Examples
    batch_size: int
    noise: float
    seed: int

    @property
    def in_a_pass(self) -> int:
        """Batches after which every image was seen once."""
        return -(-len(self.examples) // self.batch_size)

    def __getitem__(self, forward: int) -> Batch:
        first = forward * self.batch_size
        numbers = [
            order.item(first + place, len(self.examples), self.seed)
            for place in range(self.batch_size)
        ]
        rng = np.random.default_rng((self.seed, forward))
        return batch_of([self.examples[number] for number in numbers], self.noise, rng)


def batch_of(examples: Sequence[Example], noise: float, rng: np.random.Generator) -> Batch:
    counts = [len(example.boxes) for example in examples]
    proposals = [_proposals(example, noise, rng) for example in examples]
    return Batch(
        examples=tuple(examples),
        boxes=torch.from_numpy(np.concatenate([example.boxes for example in examples])),
        proposals=torch.from_numpy(np.concatenate(proposals)),
        image_of=torch.from_numpy(np.repeat(np.arange(len(examples)), counts)),
        longest=torch.tensor(np.repeat([float(e.longest) for e in examples], counts)).float(),
    )


def _proposals(example: Example, noise: float, rng: np.random.Generator) -> Boxes:
    """The given proposals, or the true boxes moved and resized at random."""
    if example.proposals is not None:
        return example.proposals
    return jittered(example.boxes, noise, rng)


def jittered(boxes: Boxes, noise: float, rng: np.random.Generator) -> Boxes:
    """Centres shifted by about `noise` of the box's side, sides changed by about that share."""
    size = boxes[:, 2:] - boxes[:, :2]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 + rng.normal(0, noise, size.shape) * size
    size = size * np.exp(rng.normal(0, noise, size.shape))
    moved = np.concatenate([centre - size / 2, centre + size / 2], axis=1).clip(0, 1)
    moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + LEAST_SIDE)
    return moved.astype(np.float32)
