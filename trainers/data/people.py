"""People seen in up to five modalities: what a set of them is, drawn or read from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

IMAGES = ("rgb", "infrared", "pencil", "sketch")
MODALITIES = (*IMAGES, "text")
ANCHOR = "rgb"  # what all the others are aligned with, and the gallery they search
OTHERS = tuple(modality for modality in MODALITIES if modality != ANCHOR)
HEIGHT, WIDTH = 64, 32

Image = NDArray[np.uint8]  # (3, HEIGHT, WIDTH)


@dataclass(frozen=True)
class Record:
    """One person, once: the modalities that are there. identity: 0, 1, … without gaps"""

    identity: int
    images: Mapping[str, Image]
    caption: str | None

    def has(self, modality: str) -> bool:
        return self.caption is not None if modality == "text" else modality in self.images


class People(Protocol):
    """A set of records. Record i is always the same one."""

    @property
    def members(self) -> Sequence[Sequence[int]]:
        """For every identity 0, 1, … the numbers of its records."""

    @property
    def damaged(self) -> Sequence[str]:
        """What was wrong with pictures that turned out unreadable and were left out."""

    def __getitem__(self, number: int) -> Record: ...

    def fingerprint(self) -> str:
        """Changes when the data does."""


def count(people: People) -> int:
    return sum(len(records) for records in people.members)
