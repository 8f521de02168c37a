"""Batches of images with the regions that enter the loss.

A batch is a function of (seed, number of the forward pass): a resumed run sees what the
interrupted one would have seen, and two runs of one seed see the same images whatever their faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.data import boxes as box_rules
from trainers.data import order
from trainers.data.annotated import Named
from trainers.region_contrastive import hard
from trainers.region_contrastive.examples import Example, Examples, joined, phrase_number
from trainers.region_contrastive.tokens import Tokenize, Tokens, tokenize

Kind = Literal["short", "long"]


@dataclass(frozen=True)
class Reading:
    """What is read of an example, and by what. long: None where no text is read as a long one.

    negatives: hard negatives of a region, 0 for none
    """

    captions: tuple[Kind, ...] = ("short",)
    region_text: Literal["short", "long", "either"] = "short"
    negatives: int = 0
    short: Tokenize = tokenize
    long: Tokenize = tokenize


@dataclass(frozen=True)
class Batch:
    """images: (B, 3, S, S), shares of 1 or bytes; captions: one an image; long_captions too, or []

    boxes: (R, 4), image_of: (R,), phrase: (R,) and texts: the regions that enter the loss
    hard: their hard negatives; words: captions, texts and hard.texts in this order
    seen, invalid, filtered: of all boxes that the images have
    skipped: damaged records that others stand in for
    """

    images: Tensor
    captions: list[str]
    long_captions: list[str]
    boxes: Tensor
    image_of: Tensor
    phrase: Tensor
    texts: list[str]
    hard: hard.Hard
    words: Tokens
    long_words: Tokens | None
    seen: int
    invalid: dict[str, int]
    filtered: int
    skipped: int

    @property
    def cut(self) -> int:
        """Texts that were longer than the model can read."""
        return self.words.cut + (self.long_words.cut if self.long_words else 0)

    def to(self, device: torch.device) -> Batch:
        return replace(
            self,
            images=self.images.to(device),
            boxes=self.boxes.to(device),
            image_of=self.image_of.to(device),
            phrase=self.phrase.to(device),
            hard=replace(self.hard, rows=self.hard.rows.to(device)),
            words=_moved(self.words, device),
            long_words=_moved(self.long_words, device) if self.long_words else None,
        )


def _moved(words: Tokens, device: torch.device) -> Tokens:
    return Tokens(words.ids.to(device), words.mask.to(device), words.cut)


@dataclass(frozen=True)
class Batches:
    examples: Examples
    batch_size: int
    regions: int
    seed: int
    filter_boxes: bool
    reading: Reading = Reading()

    def __getitem__(self, forward: int) -> Batch:
        first = forward * self.batch_size
        places = range(first, first + self.batch_size)
        numbers = [order.item(place, self.examples.count, self.seed) for place in places]
        rng = np.random.default_rng((self.seed, forward))
        return self._batch(self.examples.take(numbers), rng)

    def _batch(self, examples: Sequence[Example], rng: np.random.Generator) -> Batch:
        boxes, image_of, names = joined(examples)
        invalid = box_rules.reasons(boxes)
        keep = ~np.any(list(invalid.values()), axis=0) | (not self.filter_boxes)
        shuffled = rng.permutation(len(boxes))  # drawn before the filter: equal with and without it
        chosen = shuffled[keep[shuffled]][: self.regions]
        named = [names[row] for row in chosen]
        texts = self._texts(named, rng)
        captions, long_captions = self._captions(examples)
        negatives = hard.choices(named if self.reading.negatives else [], self.reading.negatives)
        return Batch(
            images=pixels(examples),
            captions=captions,
            long_captions=long_captions,
            boxes=torch.from_numpy(boxes[chosen]),
            image_of=torch.from_numpy(image_of[chosen]),
            phrase=torch.tensor([phrase_number(text) for text in texts], dtype=torch.long),
            texts=texts,
            hard=negatives,
            words=self.reading.short([*captions, *texts, *negatives.texts]),
            long_words=self.reading.long(long_captions) if long_captions else None,
            seen=len(boxes),
            invalid={reason: int(found.sum()) for reason, found in invalid.items()},
            filtered=int((~keep).sum()),
            skipped=sum(example.skipped for example in examples),
        )

    def _captions(self, examples: Sequence[Example]) -> tuple[list[str], list[str]]:
        """Short and long ones; no short ones where only long ones are read."""
        kinds = self.reading.captions
        short = [example.short_caption for example in examples] if "short" in kinds else []
        return short, [example.caption for example in examples] if "long" in kinds else []

    def _texts(self, names: Sequence[Named], rng: np.random.Generator) -> list[str]:
        if self.reading.region_text == "either":
            drawn: NDArray[np.int64] = rng.integers(2, size=len(names))
            return [n.long if long else n.short for n, long in zip(names, drawn, strict=True)]
        if self.reading.region_text == "long":
            return [name.long for name in names]
        return [name.short for name in names]


def pixels(examples: Sequence[Example]) -> Tensor:
    """(B, 3, S, S), as the examples have them"""
    return torch.from_numpy(np.stack([example.image for example in examples]))
