"""The held-out regions, and every phrase that they choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trainers.data import boxes as box_rules
from trainers.data.annotated import Named
from trainers.errors import BadInput
from trainers.region_contrastive.data import pixels
from trainers.region_contrastive.examples import Examples, joined
from trainers.region_contrastive.hard import NONE
from trainers.region_contrastive.losses import unit
from trainers.region_contrastive.model import RegionClip
from trainers.region_contrastive.pixels import fitted
from trainers.region_contrastive.tokens import Tokenize

AT_ONCE = 64  # images
TEXTS_AT_ONCE = 512
HARD = 10  # hard negatives of a region that the evaluation looks at


@dataclass(frozen=True)
class Found:
    """regions: (n, D) and texts: (N, D) of length 1; truth: (n,), wrong: (n, K) into the texts

    phrases: how many of the texts, the first ones, are the gallery; the others are hard negatives
    """

    regions: Tensor
    texts: Tensor
    truth: Tensor
    wrong: Tensor
    phrases: int


class Gallery:
    """phrases: what there is to choose from; () is every phrase of the held-out regions."""

    def __init__(
        self,
        examples: Examples,
        phrases: Sequence[str],
        tokenize: Tokenize,
        device: torch.device,
    ) -> None:
        taken = examples.take(range(examples.count))
        boxes, image_of, names = joined(taken)
        sound = np.flatnonzero(box_rules.valid(boxes))
        if not len(sound):
            raise BadInput("the held-out images show no region with a valid box")
        self.names: list[Named] = [names[row] for row in sound]
        self.images = pixels(taken).to(device)
        self.boxes = torch.from_numpy(boxes[sound]).to(device)
        self.image_of = torch.from_numpy(image_of[sound]).to(device)
        self.skipped = sum(example.skipped for example in taken)
        texts = list(dict.fromkeys((*phrases, *(name.short for name in self.names))))
        self.count = len(texts)
        self.texts = list(dict.fromkeys((*texts, *(t for n in self.names for t in _negatives(n)))))
        self._point(tokenize, device)

    def _point(self, tokenize: Tokenize, device: torch.device) -> None:
        """By number which of the texts every region should find, and which are the hard ones."""
        place = {text: number for number, text in enumerate(self.texts)}
        self.truth = torch.tensor([place[name.short] for name in self.names], device=device)
        rows = [[place[text] for text in _negatives(name)] for name in self.names]
        full = [row + [NONE] * (HARD - len(row)) for row in rows]
        self.wrong = torch.tensor(full, device=device)
        words = tokenize(self.texts)
        self.ids, self.mask = words.ids.to(device), words.mask.to(device)

    @torch.no_grad()
    def embed(self, model: RegionClip) -> Found:
        found = []
        for first in range(0, len(self.images), AT_ONCE):
            rows = (self.image_of >= first) & (self.image_of < first + AT_ONCE)
            maps = model.see(fitted(self.images[first : first + AT_ONCE], model))[1]
            found.append(model.regions(maps, self.boxes[rows], self.image_of[rows] - first))
        parts = zip(self.ids.split(TEXTS_AT_ONCE), self.mask.split(TEXTS_AT_ONCE), strict=True)
        read = torch.cat([model.texts(ids, mask) for ids, mask in parts])
        regions = unit(torch.cat(found), 1e-12)
        return Found(regions, unit(read, 1e-12), self.truth, self.wrong, self.count)


def _negatives(name: Named) -> tuple[str, ...]:
    wrong = (text for text in name.negatives if text.lower() != name.short.lower())
    return tuple(dict.fromkeys(wrong))[:HARD]
