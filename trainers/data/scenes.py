"""Digit scenes: coloured handwritten digits on a 64 x 64 image, with boxes and captions.

Scene number i of a set is always the same picture: it is drawn from a generator seeded with
(seed, split, i), when it is asked for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainers.data import boxes as box_rules
from trainers.data import digits
from trainers.data.phrases import COLOURS, SIZES, Look

Domain = Literal["dark", "clutter"]
Image = NDArray[np.float32]  # (3, SIDE, SIDE), 0 to 1
Place = tuple[int, int, int, int]  # left, top, right, bottom in pixels

SIDE = 64
GLYPH_SIDES = (
    (13, 16),
    (19, 22),
    (26, 30),
)  # pixels before cutting to the ink: small, medium, large
RGB = np.array(
    [
        (0.95, 0.15, 0.12),
        (0.15, 0.85, 0.20),
        (0.20, 0.35, 1.00),
        (0.95, 0.90, 0.15),
        (0.15, 0.90, 0.90),
        (0.90, 0.20, 0.90),
        (1.00, 0.55, 0.10),
        (0.95, 0.95, 0.95),
    ],
    dtype=np.float32,
)
TRIES = 12  # places tried for a digit before the scene does without it
OVERLAP = 0.12  # of the smaller box that two digits may share
DRAWN_AS = 1  # raise when the drawing changes: it is part of the fingerprint


@dataclass(frozen=True)
class Scene:
    image: Image
    boxes: box_rules.Boxes  # (n, 4) as the annotations say: some may be broken
    looks: tuple[Look, ...]

    @property
    def caption(self) -> str:
        return " and ".join(look.short for look in self.looks)


@dataclass(frozen=True)
class Scenes:
    """A set of scenes. `invalid_share` of the annotated boxes are broken, always the same ones."""

    domain: Domain
    split: digits.Split
    count: int
    seed: int = 0
    invalid_share: float = 0.0

    def __getitem__(self, number: int) -> Scene:
        entropy = (self.seed, ("train", "test").index(self.split), number)
        scene = _draw(self.domain, self.split, np.random.default_rng(entropy))
        if not self.invalid_share:
            return scene
        rng = np.random.default_rng((*entropy, 1))
        boxes = box_rules.spoil(scene.boxes, self.invalid_share, SIDE, rng)
        return Scene(scene.image, boxes, scene.looks)

    def fingerprint(self) -> str:
        """Changes when the handwriting, the settings, the drawing or the first scenes do."""
        settings = json.dumps({**asdict(self), "digits": digits.fingerprint(), "as": DRAWN_AS})
        state = hashlib.sha256(settings.encode())
        for number in range(min(8, self.count)):
            scene = self[number]
            state.update((scene.image * 255).round().astype(np.uint8).tobytes())
            state.update(scene.boxes.tobytes() + scene.caption.encode())
        return state.hexdigest()[:16]


def _draw(domain: Domain, split: digits.Split, rng: np.random.Generator) -> Scene:
    image = _background(domain, split, rng)
    placed: list[Place] = []
    looks: list[Look] = []
    for _ in range(int(rng.integers(3, 5))):
        look = Look(int(rng.integers(3)), int(rng.integers(len(COLOURS))), int(rng.integers(10)))
        ink = _ink(look.size, look.digit, split, rng)
        corner = _free_corner(ink.shape, placed, rng)
        if corner is None:
            continue
        _paint(image, ink, corner, RGB[look.colour] * rng.uniform(0.8, 1.0))
        placed.append(_place(corner, ink.shape))
        looks.append(look)
    return Scene(image, np.divide(placed, SIDE, dtype=np.float32), tuple(looks))


def _ink(size: int, digit: int, split: digits.Split, rng: np.random.Generator) -> Image:
    numbers = digits.numbers_of(split)[digit]
    number = int(numbers[rng.integers(len(numbers))])
    low, high = GLYPH_SIDES[size]
    return digits.glyph(number, int(rng.integers(low, high + 1)))


def _free_corner(
    shape: tuple[int, ...], placed: list[Place], rng: np.random.Generator
) -> tuple[int, int] | None:
    """Top and left of a place that hides no other digit; None when none was found."""
    height, width = shape
    for _ in range(TRIES):
        top = int(rng.integers(0, SIDE - height + 1))
        left = int(rng.integers(0, SIDE - width + 1))
        place = (left, top, left + width, top + height)
        if not any(_overlap(place, other) > OVERLAP for other in placed):
            return top, left
    return None


def _place(corner: tuple[int, int], shape: tuple[int, ...]) -> Place:
    return corner[1], corner[0], corner[1] + shape[1], corner[0] + shape[0]


def _overlap(one: Place, other: Place) -> float:
    """Shared area as a share of the smaller box."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(_area(one), _area(other))


def _area(place: Place) -> int:
    return (place[2] - place[0]) * (place[3] - place[1])


def _paint(image: Image, ink: Image, corner: tuple[int, int], colour: NDArray[np.floating]) -> None:
    """In place, without copies: most of a scene's time goes here."""
    top, left = corner
    height, width = ink.shape
    patch = image[:, top : top + height, left : left + width]
    towards = colour.astype(np.float32)[:, None, None] - patch
    towards *= ink
    patch += towards


def _background(domain: Domain, split: digits.Split, rng: np.random.Generator) -> Image:
    image = rng.random((3, SIDE, SIDE), dtype=np.float32)
    if domain == "dark":
        image *= np.float32(0.08)
        return image
    level = rng.uniform(0.1, 0.35, size=(3, 1, 1)).astype(np.float32)
    image *= np.float32(0.2)
    image += level
    for _ in range(int(rng.integers(6, 11))):
        _distract(image, split, rng)
    return np.clip(image, 0, 1, out=image)


def _distract(image: Image, split: digits.Split, rng: np.random.Generator) -> None:
    """A scrap of handwriting in a dull colour: ink that is nobody's region."""
    size, digit = int(rng.integers(len(SIZES))), int(rng.integers(10))
    ink = _ink(size, digit, split, rng)
    scrap = ink[: max(3, len(ink) // 2)] * np.float32(rng.uniform(0.4, 0.8))
    height, width = scrap.shape
    top, left = int(rng.integers(0, SIDE - height + 1)), int(rng.integers(0, SIDE - width + 1))
    _paint(image, scrap, (top, left), rng.uniform(0.15, 0.6, size=3))
