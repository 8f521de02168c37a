"""Held-out scores that mean the same in every run: one gallery, one scale, one number of negatives.

Every region of the held-out scenes looks for its phrase among all 240. The training loss cannot be
compared between runs of another logit scale or number of candidates; these numbers can.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.data.phrases import COUNT, Look, every_phrase
from trainers.data.scenes import Scenes
from trainers.region_contrastive.data import pixels, regions_of
from trainers.region_contrastive.losses import unit
from trainers.region_contrastive.model import RegionClip
from trainers.region_contrastive.pixels import fitted
from trainers.region_contrastive.tokens import Tokenize

TEMPERATURE = 0.02
NEGATIVES = COUNT - 1
IMAGES_AT_ONCE = 64


class Gallery:
    """The held-out regions and what they should find."""

    def __init__(self, scenes: Scenes, tokenize: Tokenize, device: torch.device) -> None:
        drawn = [scenes[number] for number in range(scenes.count)]
        boxes, image_of, looks = regions_of(drawn)
        self.images = pixels(drawn).to(device)
        self.boxes = torch.from_numpy(boxes).to(device)
        self.image_of = torch.from_numpy(image_of).to(device)
        self.phrase = torch.tensor([look.phrase for look in looks], device=device)
        ids, mask = tokenize(every_phrase())
        self.ids, self.mask = ids.to(device), mask.to(device)

    @torch.no_grad()
    def embed(self, model: RegionClip) -> tuple[Tensor, Tensor]:
        """Regions (n, D) and phrases (240, D) of length 1."""
        found = []
        for first in range(0, len(self.images), IMAGES_AT_ONCE):
            rows = (self.image_of >= first) & (self.image_of < first + IMAGES_AT_ONCE)
            images = fitted(self.images[first : first + IMAGES_AT_ONCE], model)
            maps = model.see(images)[1]
            found.append(model.regions(maps, self.boxes[rows], self.image_of[rows] - first))
        return unit(torch.cat(found), 1e-12), unit(model.texts(self.ids, self.mask), 1e-12)


def scores(regions: Tensor, phrases: Tensor, truth: Tensor) -> dict[str, float]:
    """regions: (n, D), phrases: (240, D), truth: (n,). NaN embeddings rank last, not first."""
    cosine = regions @ phrases.T
    right = cosine.gather(1, truth[:, None])
    rank = (~(cosine < right)).sum(dim=1)  # 1 is best; ties and NaN count against
    loss = F.cross_entropy(cosine / TEMPERATURE, truth)
    digit, colour = _attributes(truth.device)
    guess, sound = cosine.argmax(dim=1), cosine.isfinite().all(dim=1)
    return {
        "eval/region_recall_at_1": _share(rank <= 1),
        "eval/region_recall_at_5": _share(rank <= 5),
        "eval/region_loss": float(loss),
        "eval/region_digit_accuracy": _share(sound & (digit[guess] == digit[truth])),
        "eval/region_colour_accuracy": _share(sound & (colour[guess] == colour[truth])),
    }


def _share(found: Tensor) -> float:
    return float(found.float().mean())


def _attributes(device: torch.device) -> tuple[Tensor, Tensor]:
    """Digit and colour of every phrase. (240,) each"""
    looks = [Look.of(phrase) for phrase in range(COUNT)]
    digit = torch.tensor([look.digit for look in looks], device=device)
    return digit, torch.tensor([look.colour for look in looks], device=device)
