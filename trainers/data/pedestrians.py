"""Digit pedestrians: schematic people with a handwritten number on the shirt, in five modalities.

An identity is a look: shirt number, pattern and colour, legwear and its colour, bag. Every picture
of it is drawn anew: other handwriting, another place, another light. Record number i of a set is
always the same: it is drawn from a generator seeded with (seed, split, i).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from trainers.data import digits
from trainers.data.people import ANCHOR, HEIGHT, IMAGES, MODALITIES, WIDTH, Image, Record
from trainers.data.wardrobe import Look, looks

DRAWN_AS = 1  # raise when the drawing changes: it is part of the fingerprint
AIR, SKIN, HAIR, SHIRT, BAND, LEGS, BAG = range(7)  # what a pixel belongs to
FREE = 3  # pixels by which a person may stand elsewhere
ANCHOR_SPARED = 1 / 3  # of the share of missing modalities, for the anchor

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]  # (HEIGHT, WIDTH)


def _table(*rows: tuple[float, ...]) -> Floats:
    return np.array(rows, dtype=np.float32)


SHIRTS = _table(
    *((0.90, 0.15, 0.12), (0.15, 0.75, 0.20), (0.20, 0.35, 0.95), (0.95, 0.90, 0.15)),
    *((0.15, 0.85, 0.85), (0.85, 0.20, 0.85), (1.00, 0.55, 0.10), (0.95, 0.95, 0.95)),
)
TROUSERS = _table(
    *((0.08, 0.08, 0.08), (0.45, 0.28, 0.12), (0.10, 0.12, 0.40)),
    *((0.40, 0.42, 0.12), (0.50, 0.50, 0.50), (0.42, 0.12, 0.48)),
)
# in infrared a dye is as bright as it happens to be, whatever its colour
WARM_SHIRTS = np.array([0.75, 0.45, 0.60, 0.90, 0.35, 0.70, 0.85, 0.50], dtype=np.float32)
WARM_TROUSERS = np.array([0.25, 0.65, 0.45, 0.80, 0.35, 0.55], dtype=np.float32)


@dataclass(frozen=True)
class Pedestrians:
    """A set: `identities` people, each recorded `views` times.

    missing_share: of the modalities other than RGB, that a record lacks; RGB lacks a third as often
    """

    split: digits.Split
    identities: int
    views: int
    seed: int = 0
    missing_share: float = 0.0

    @property
    def members(self) -> Sequence[Sequence[int]]:
        return [range(who * self.views, (who + 1) * self.views) for who in range(self.identities)]

    @property
    def damaged(self) -> Sequence[str]:
        return ()

    def __getitem__(self, number: int) -> Record:
        return _record(self, number)

    def fingerprint(self) -> str:
        """Changes when the handwriting, the settings, the drawing or the first records do."""
        settings = json.dumps({**asdict(self), "digits": digits.fingerprint(), "as": DRAWN_AS})
        state = hashlib.sha256(settings.encode())
        for number in range(min(8, self.identities * self.views)):
            record = self[number]
            for modality in sorted(record.images):
                state.update(modality.encode() + record.images[modality].tobytes())
            state.update((record.caption or "").encode())
        return state.hexdigest()[:16]


@lru_cache(maxsize=100_000)
def _record(people: Pedestrians, number: int) -> Record:
    who = number // people.views
    look = _looks(people.seed, people.split, people.identities)[who]
    entropy = (people.seed, ("train", "test").index(people.split), number)
    lacking = absent(people.missing_share, np.random.default_rng((*entropy, 1)))
    images = {}
    for place, modality in enumerate(IMAGES):
        if modality not in lacking:
            rng = np.random.default_rng((*entropy, 2, place))
            images[modality] = draw(look, modality, people.split, rng)
    caption = look.caption(np.random.default_rng((*entropy, 3)))
    return Record(who, images, None if "text" in lacking else caption)


@cache
def _looks(seed: int, split: digits.Split, how_many: int) -> list[Look]:
    return looks(seed, split, how_many)


def absent(share: float, rng: np.random.Generator) -> set[str]:
    """Modalities that a record lacks: never all of them."""
    shares = [share * (ANCHOR_SPARED if modality == ANCHOR else 1) for modality in MODALITIES]
    drawn = rng.random(len(MODALITIES))
    lacking = {m for m, part, at in zip(MODALITIES, shares, drawn, strict=True) if at < part}
    return lacking - {ANCHOR} if len(lacking) == len(MODALITIES) else lacking


def draw(look: Look, modality: str, split: digits.Split, rng: np.random.Generator) -> Image:
    """One picture. (3, HEIGHT, WIDTH)"""
    labels = _figure(look.pattern, look.legwear, look.bag)
    ink = _number(look, split, rng)
    picture = PAINTERS[modality](look, labels, ink, rng)
    shift = (int(rng.integers(-FREE, FREE + 1)), int(rng.integers(-FREE, FREE + 1)))
    picture = np.roll(picture, shift, axis=(0, 1))
    noise = rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(0.04)
    picture = np.clip((picture + noise) * np.float32(rng.uniform(0.85, 1.1)), 0, 1)
    return np.ascontiguousarray((picture * 255).astype(np.uint8).transpose(2, 0, 1))


@cache
def _figure(pattern: int, legwear: int, bag: int) -> Labels:
    """Which part of the person each pixel shows."""
    labels = np.full((HEIGHT, WIDTH), AIR)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    labels[(rows - 11) ** 2 / 30 + (columns - 15.5) ** 2 / 20 < 1] = SKIN
    labels[(labels == SKIN) & (rows < 9)] = HAIR
    labels[17:38, 8:24] = SHIRT
    labels[18:32, 5:8] = labels[18:32, 24:27] = SHIRT
    labels[32:36, 5:8] = labels[32:36, 24:27] = SKIN
    labels[(labels == SHIRT) & _bands(pattern, rows, columns)] = BAND
    labels[38:58, 9:15] = labels[38:58, 17:23] = SKIN
    _dress(labels, legwear, rows, columns)
    if bag == 1:
        labels[18:32, 3:6] = labels[18:32, 26:29] = BAG
    elif bag == 2:
        labels[34:44, 22:29] = BAG
    return labels


def _bands(pattern: int, rows: Labels, columns: Labels) -> NDArray[np.bool_]:
    stripes, hoops = columns % 4 < 2, rows % 4 < 2
    none = np.zeros(rows.shape, dtype=bool)
    return (none, stripes, hoops, stripes ^ hoops)[pattern]


def _dress(labels: Labels, legwear: int, rows: Labels, columns: Labels) -> None:
    if legwear == 0:
        labels[38:58, 9:15] = labels[38:58, 17:23] = LEGS
    elif legwear == 1:
        labels[38:46, 9:15] = labels[38:46, 17:23] = LEGS
    else:
        flare = (rows - 38) / 3 + 7
        labels[(rows >= 38) & (rows < 50) & (abs(columns - 15.5) < flare)] = LEGS


def _number(look: Look, split: digits.Split, rng: np.random.Generator) -> Floats:
    """The ink of both digits on the chest, 0 to 1. (HEIGHT, WIDTH)"""
    ink = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    for place, digit in enumerate(look.digits):
        numbers = digits.numbers_of(split)[digit]
        drawn = digits.glyph(int(numbers[rng.integers(len(numbers))]), 13)[:14, :8]
        left = 16 + (place - 1) * 8 + (8 - drawn.shape[1]) // 2
        top = 20 + (14 - drawn.shape[0]) // 2
        ink[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return ink


def _coloured(look: Look) -> Floats:
    """Colours by label, 0 to 1. (7, 3)"""
    shirt = SHIRTS[look.colour]
    fixed = _table((0.5, 0.5, 0.5), (0.85, 0.65, 0.5), (0.25, 0.15, 0.1))
    bag = _table((0.55, 0.35, 0.15))
    return np.concatenate(
        [fixed, shirt[None], shirt[None] * np.float32(0.55), TROUSERS[look.leg_colour][None], bag]
    )


def _rgb(look: Look, labels: Labels, ink: Floats, rng: np.random.Generator) -> Floats:
    palette = _coloured(look)
    palette[AIR] = rng.uniform(0.25, 0.6, 3)
    return _over(palette[labels], ink, np.float32(0.02))


def _infrared(look: Look, labels: Labels, ink: Floats, rng: np.random.Generator) -> Floats:
    shirt, legs = WARM_SHIRTS[look.colour], WARM_TROUSERS[look.leg_colour]
    air = rng.uniform(0.05, 0.2)
    grey = np.array([air, 0.95, 0.5, shirt, shirt * 0.7, legs, 0.3], dtype=np.float32)
    return _over(np.repeat(grey[labels][:, :, None], 3, axis=2), ink, np.float32(0.0))


def _pencil(look: Look, labels: Labels, ink: Floats, rng: np.random.Generator) -> Floats:
    palette = _coloured(look) * np.float32(0.7) + np.float32(0.3)
    palette[AIR] = 0.97
    picture = palette[labels]
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    hatch = (rows + columns + int(rng.integers(3))) % 3 == 0
    picture[hatch] += (1 - picture[hatch]) * np.float32(0.6)
    picture[_edges(labels)] = 0.3
    return _over(picture, ink, np.float32(0.25))


def _sketch(look: Look, labels: Labels, ink: Floats, rng: np.random.Generator) -> Floats:
    picture = np.full((HEIGHT, WIDTH, 3), 0.97, dtype=np.float32)
    picture[_edges(labels)] = np.float32(rng.uniform(0.0, 0.3))
    return _over(picture, ink, np.float32(0.1))


PAINTERS = {"rgb": _rgb, "infrared": _infrared, "pencil": _pencil, "sketch": _sketch}


def _over(picture: Floats, ink: Floats, shade: np.float32) -> Floats:
    return picture + (shade - picture) * ink[:, :, None]


def _edges(labels: Labels) -> NDArray[np.bool_]:
    below, right = np.roll(labels, -1, axis=0), np.roll(labels, -1, axis=1)
    found: NDArray[np.bool_] = (labels != below) | (labels != right)
    return found
