"""What a training sees of an image, whether it was drawn or read from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trainers.data import pictures
from trainers.data.annotated import Named, OnBad, Record
from trainers.data.boxes import Boxes
from trainers.data.phrases import hard_negatives
from trainers.data.scenes import Scene, Scenes
from trainers.errors import BadInput

TRIES = 16  # records looked at where one after the other is damaged


@dataclass(frozen=True)
class Example:
    """image: (3, S, S), shares of 1 or bytes; boxes: (n, 4) in shares of the image

    names: one a box; skipped: damaged records that it stands in for
    """

    image: NDArray[Any]
    caption: str
    short_caption: str
    boxes: Boxes
    names: tuple[Named, ...]
    skipped: int = 0


class Examples(Protocol):
    @property
    def count(self) -> int: ...

    def take(self, numbers: Sequence[int]) -> list[Example]:
        """BadInput: an image that cannot be used."""

    def fingerprint(self) -> str:
        """Changes when the data do."""


@dataclass(frozen=True)
class SceneExamples:
    """Digit scenes; the hard negatives of a phrase differ from it in one word."""

    scenes: Scenes

    @property
    def count(self) -> int:
        return self.scenes.count

    def take(self, numbers: Sequence[int]) -> list[Example]:
        return [_of_scene(self.scenes[number]) for number in numbers]

    def fingerprint(self) -> str:
        return self.scenes.fingerprint()


def _of_scene(scene: Scene) -> Example:
    caption = scene.caption
    names = tuple(_named(look.text, look.phrase) for look in scene.looks)
    return Example(scene.image, caption, caption, scene.boxes, names)


@cache
def _named(text: str, phrase: int) -> Named:
    return Named(text, text, hard_negatives(phrase))


class FileExamples:
    """Annotated image files. on_bad: raises, or counts the image and the next one is taken."""

    def __init__(
        self, records: Sequence[Record], digest: str, side: int, on_bad: OnBad, threads: int
    ) -> None:
        self.records = records
        self.digest = digest
        self.side = side
        self.on_bad = on_bad
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="images")

    @property
    def count(self) -> int:
        return len(self.records)

    def take(self, numbers: Sequence[int]) -> list[Example]:
        return list(self._readers.map(self._example, numbers))

    def _example(self, number: int) -> Example:
        """The same one whenever it is asked for: the next sound record where this one is not."""
        wrong = ""
        for further in range(min(TRIES, self.count)):
            record = self.records[(number + further) % self.count]
            try:
                image = pictures.squared(record.path, record.where, self.side)
            except BadInput as error:
                self.on_bad(error)
                wrong = str(error)
                continue
            return Example(
                image, record.caption, record.short_caption, record.boxes, record.names, further
            )
        raise BadInput(f"{TRIES} images in a row cannot be used; the last: {wrong}")

    def fingerprint(self) -> str:
        """Of the annotations and the size of the images, not of what the images show."""
        state = hashlib.sha256(f"{self.digest} {self.side} {len(self.records)}".encode())
        return state.hexdigest()[:16]


@lru_cache(maxsize=200_000)
def phrase_number(text: str) -> int:
    """Equal for texts that read the same; the same in every process and every run."""
    plain = " ".join(text.lower().split())
    return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:8], "big") >> 1


def joined(examples: Sequence[Example]) -> tuple[Boxes, NDArray[np.int64], list[Named]]:
    """All boxes (n, 4) of the images, the image each lies on (n,), and what each shows."""
    boxes = np.concatenate([example.boxes for example in examples])
    image_of = np.repeat(np.arange(len(examples)), [len(example.names) for example in examples])
    return boxes, image_of, [name for example in examples for name in example.names]
