"""Images with their true boxes and the proposals that are to be refined.

A batch is a function of (seed, number of the forward pass): a resumed run sees what the
interrupted one would have seen, and two runs of one seed see the same boxes whatever their faults.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.box_refinement.config import BoxRefinementConfig
from trainers.box_refinement.config_data import FAST_SHARE
from trainers.data import coco, order, pictures
from trainers.data.digits import Split
from trainers.data.scenes import Scene, Scenes
from trainers.errors import BadInput
from trainers.features import Image

EVALUATION_NOISE = 0.16  # always the same, so that scores can be compared
LEAST_SIDE = 1e-3  # of a proposal, as a share of the frame

Boxes = NDArray[np.float32]  # (n, 4) as x1, y1, x2, y2


@dataclass(frozen=True)
class Example:
    """boxes, proposals: in shares of the image's longest side, the side of the encoder's frame

    longest: of the original image, in pixels; source: loads the image
    """

    name: str
    digest: str
    boxes: Boxes
    proposals: Boxes | None
    longest: int
    source: Source

    def load(self) -> Image:
        return self.source.load()


class Source(Protocol):
    def load(self) -> Image: ...


class Examples(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, number: int) -> Example: ...
    def fingerprint(self) -> str: ...


@dataclass(frozen=True)
class DrawnScene:
    scenes: Scenes
    number: int

    def load(self) -> Image:
        return _scene(self.scenes, self.number).image


class SceneExamples:
    """Digit scenes, which count as scaled down from images of `side` pixels."""

    def __init__(self, scenes: Scenes, side: int) -> None:
        self.scenes = scenes
        self.side = side
        self._known: dict[int, Example] = {}  # without their images

    def __len__(self) -> int:
        return self.scenes.count

    def __getitem__(self, number: int) -> Example:
        if number not in self._known:
            self._known[number] = self._example(number)
        return self._known[number]

    def _example(self, number: int) -> Example:
        scene = _scene(self.scenes, number)
        return Example(
            name=f"{self.scenes.split} scene {number}",
            digest=hashlib.sha256(scene.image.tobytes()).hexdigest(),
            boxes=scene.boxes,
            proposals=None,
            longest=self.side,
            source=DrawnScene(self.scenes, number),
        )

    def fingerprint(self) -> str:
        return self.scenes.fingerprint()


@lru_cache(maxsize=64)
def _scene(scenes: Scenes, number: int) -> Scene:
    return scenes[number]


@dataclass(frozen=True)
class Picture:
    annotated: coco.Annotated

    def load(self) -> Image:
        image, wanted = pictures.pixels(self.annotated.path, self.annotated.record), self.annotated
        if image.shape[1:] != (wanted.height, wanted.width):
            raise BadInput(
                f"{wanted.record}: {wanted.path} is {image.shape[2]} x {image.shape[1]} pixels, and"
                f" the annotations are of {wanted.width} x {wanted.height}"
            )
        return image


class CocoExamples:
    """Annotated image files. Every file is looked for, and its header read, before training."""

    def __init__(self, file: Path, folder: Path | None, proposals: Path | None, share: int) -> None:
        self.file = file
        self.images = coco.read(file, folder).images[::share]
        for image in self.images:
            pictures.size(image.path, image.record)
        self.proposals = coco.read_proposals(proposals, self.images) if proposals else {}
        self._digests: dict[tuple[Any, ...], str] = {}

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> Example:
        image = self.images[number]
        longest = max(image.width, image.height)
        proposals = self.proposals.get(image.identity)
        return Example(
            name=f"{image.record} ({image.path})",
            digest=self._digest(image),
            boxes=(image.boxes / longest).astype(np.float32),
            proposals=None if proposals is None else (proposals / longest).astype(np.float32),
            longest=longest,
            source=Picture(image),
        )

    def _digest(self, image: coco.Annotated) -> str:
        """Of the file's bytes, which are read again only where the file has changed."""
        try:
            known = image.path.stat()
        except OSError:
            return pictures.digest(image.path, image.record)
        version = (image.path, known.st_mtime_ns, known.st_size)
        if version not in self._digests:
            self._digests[version] = pictures.digest(image.path, image.record)
        return self._digests[version]

    def fingerprint(self) -> str:
        return hashlib.sha256(self.file.read_bytes()).hexdigest()[:16]


def training_examples(config: BoxRefinementConfig) -> Examples:
    """BadInput: files that are missing, or are not what they should be."""
    share = FAST_SHARE if config.fast else 1
    if config.annotations:
        folder = Path(config.images) if config.images else None
        proposals = Path(config.proposals) if config.proposals else None
        return CocoExamples(Path(config.annotations), folder, proposals, share)
    return _scenes(config, "train", max(1, config.train_images // share))


def held_out_examples(config: BoxRefinementConfig) -> Examples:
    if not config.annotations:
        return _scenes(config, "test", config.evaluation_images)
    if not config.held_out:
        raise BadInput("held_out: name a COCO file to evaluate on, beside annotations")
    return CocoExamples(
        Path(config.held_out), Path(config.images) if config.images else None, None, 1
    )


def _scenes(config: BoxRefinementConfig, split: Split, count: int) -> SceneExamples:
    return SceneExamples(Scenes("clutter", split, count, config.data_seed), config.original_side)


@dataclass(frozen=True)
class Batch:
    """boxes, proposals: (K, 4) in shares of the frame; image_of: (K,); longest: (K,) in pixels"""

    examples: tuple[Example, ...]
    boxes: Tensor
    proposals: Tensor
    image_of: Tensor
    longest: Tensor


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
