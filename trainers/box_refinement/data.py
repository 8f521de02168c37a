"""Images with their true boxes, and where they come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from trainers.box_refinement.config import BoxRefinementConfig
from trainers.box_refinement.config_data import FAST_SHARE
from trainers.data import coco, pictures
from trainers.data.digits import Split
from trainers.data.scenes import Scene, Scenes
from trainers.errors import BadInput
from trainers.features import Image

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


Bad = Literal["refuse", "skip"]  # what becomes of an image that cannot be used


class Source(Protocol):
    def load(self) -> Image: ...


class Examples(Protocol):
    @property
    def skipped(self) -> Sequence[str]:
        """What was wrong with images that were left out."""

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

    skipped: tuple[str, ...] = ()

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
    """Annotated image files. Every file is looked for, and its header read, before training.

    skipped: what was wrong with images that were left out
    """

    def __init__(
        self, file: Path, folder: Path | None, proposals: Path | None, share: int, bad: Bad
    ) -> None:
        self.file = file
        self.skipped: list[str] = []
        found = coco.read(file, folder, coco.refuse if bad == "refuse" else self._skip).images
        look = pictures.size if bad == "refuse" else pictures.pixels
        self.images = [image for image in found[::share] if self._is_sound(image, look, bad)]
        if not self.images:
            raise BadInput(f"{file}: every image is bad; the first: {self.skipped[0]}")
        self.proposals = coco.read_proposals(proposals, self.images) if proposals else {}
        self._digests: dict[tuple[Any, ...], str] = {}

    def _skip(self, wrong: BadInput) -> None:
        self.skipped.append(str(wrong))

    def _is_sound(self, image: coco.Annotated, look: Callable[..., Any], bad: Bad) -> bool:
        try:
            look(image.path, image.record)
        except BadInput as wrong:
            if bad == "refuse":
                raise
            self._skip(wrong)
            return False
        return True

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
        proposals = Path(config.proposals) if config.proposals else None
        return CocoExamples(
            Path(config.annotations), _folder(config), proposals, share, _bad(config)
        )
    return _scenes(config, "train", max(1, config.train_images // share))


def held_out_examples(config: BoxRefinementConfig) -> Examples:
    """BadInput: as above, or a file is missing in the configuration."""
    if not config.annotations:
        return _scenes(config, "test", config.evaluation_images)
    if not config.held_out:
        raise BadInput("held_out: name a COCO file to evaluate on, beside annotations")
    return CocoExamples(Path(config.held_out), _folder(config), None, 1, _bad(config))


def _folder(config: BoxRefinementConfig) -> Path | None:
    return Path(config.images) if config.images else None


def _bad(config: BoxRefinementConfig) -> Bad:
    return "skip" if config.skip_bad_records else "refuse"


def _scenes(config: BoxRefinementConfig, split: Split, count: int) -> SceneExamples:
    return SceneExamples(Scenes("clutter", split, count, config.data_seed), config.original_side)
