"""Finding unseen people: every query searches the RGB pictures of the held-out set.

The scores mean the same in every run: one gallery, one objective, one temperature. The training
loss of another objective, temperature or target cannot be compared; these numbers can.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from trainers.data.people import ANCHOR, IMAGES, MODALITIES, OTHERS, People, count
from trainers.errors import BadInput
from trainers.sdm_alignment.data import Batch, collate
from trainers.sdm_alignment.losses import Rule, Side, mean_of, sdm, unit
from trainers.sdm_alignment.model import Aligner
from trainers.sdm_alignment.tokens import Tokenize

TEMPERATURE = 0.1
AT_ONCE = 64  # records

Embedded = dict[str, Tensor]  # (B, D) by modality, zero in rows that lack it


class Gallery:
    """The held-out records. BadInput: there is no RGB picture, or nothing to look for it with."""

    def __init__(self, people: People, tokenize: Tokenize, device: torch.device) -> None:
        self.device = device
        total = count(people)
        starts = range(0, total, AT_ONCE)
        parts = [[people[n] for n in range(s, min(s + AT_ONCE, total))] for s in starts]
        self.parts = [collate(part).tokenized(tokenize) for part in parts]
        self.identity = torch.cat([part.identity for part in self.parts]).to(device)
        self.present = {
            m: torch.cat([part.present[m] for part in self.parts]).to(device) for m in MODALITIES
        }
        self.searched = tuple(m for m in OTHERS if self._can_search(m))
        if not self.searched:
            raise BadInput("the held-out set needs people with an RGB picture and another modality")

    def _can_search(self, modality: str) -> bool:
        found = self.identity[self.present[ANCHOR]]
        return bool(torch.isin(self.identity[self.present[modality]], found).any())

    @torch.no_grad()
    def embed(self, model: Aligner, modality: str) -> Tensor:
        """(B, D), in rows that lack the modality zero"""
        rows = torch.zeros(len(self.identity), model.width, device=self.device)
        seen = [model.embed(modality, found) for found in self._seen(model, modality)]
        if seen:
            rows[self.present[modality]] = torch.cat(seen)
        return rows

    def embedded(self, model: Aligner) -> Embedded:
        return {modality: self.embed(model, modality).float() for modality in MODALITIES}

    def _seen(self, model: Aligner, modality: str) -> Iterator[Tensor]:
        for part in self.parts:
            if bool(part.present[modality].any()):
                yield look(model, part, modality, self.device)

    def content(self, modality: str, record: int) -> Tensor | str:
        """The picture (3, h, w) in bytes, or the caption, of a record that has the modality."""
        part = self.parts[record // AT_ONCE]
        place = int(part.present[modality][: record % AT_ONCE].sum())
        return part.images[modality][place] if modality in IMAGES else part.captions[place]

    def chance(self) -> tuple[float, float]:
        """Recall@1 and mAP of a random order, mean over the queries of all modalities."""
        found = [self._chance(modality) for modality in self.searched]
        return sum(r for r, _ in found) / len(found), sum(m for _, m in found) / len(found)

    def _chance(self, modality: str) -> tuple[float, float]:
        right = relevant(*self.queries(modality), self.present[ANCHOR], self.identity).sum(dim=1)
        size = int(self.present[ANCHOR].sum())
        each = [(int(n) / size, random_precision(int(n), size)) for n in right]
        return sum(r for r, _ in each) / len(each), sum(m for _, m in each) / len(each)

    def queries(self, modality: str) -> tuple[Tensor, Tensor]:
        """Rows that have the modality and somebody to find, and whom they show."""
        found = torch.isin(self.identity, self.identity[self.present[ANCHOR]])
        rows = self.present[modality] & found
        return rows, self.identity[rows]


def look(model: Aligner, batch: Batch, modality: str, device: torch.device) -> Tensor:
    """Backbone's features of the records that have the modality. (n, W)"""
    if modality in IMAGES:
        return model.see(modality, batch.images[modality].to(device).float() / 255)
    if batch.tokens is None:
        raise ValueError("the captions of a batch are read by their tokens, which it lacks")
    ids, mask = batch.tokens
    return model.read(ids.to(device), mask.to(device))


def relevant(rows: Tensor, who: Tensor, gallery: Tensor, identity: Tensor) -> Tensor:
    """Which gallery pictures show the person of each query. (Q, G)"""
    return who[:, None] == identity[gallery][None, :]


def random_precision(right: int, size: int) -> float:
    """Expected average precision of a random order of `size` with `right` relevant ones."""
    harmonic = sum(1 / place for place in range(1, size + 1))
    if size == 1:
        return 1.0
    return (harmonic + (size - harmonic) * (right - 1) / (size - 1)) / size


def cosines(gallery: Gallery, features: Embedded, modality: str) -> Tensor:
    """Of every query with every picture of the gallery. (Q, G)"""
    rows, _ = gallery.queries(modality)
    return unit(features[modality][rows]) @ unit(features[ANCHOR][gallery.present[ANCHOR]]).T


def scores(gallery: Gallery, features: Embedded) -> dict[str, float]:
    row: dict[str, float] = {}
    for modality in gallery.searched:
        rows, who = gallery.queries(modality)
        cosine = cosines(gallery, features, modality)
        right = relevant(rows, who, gallery.present[ANCHOR], gallery.identity)
        recall, precision = ranking(cosine, right)
        row[f"eval/{modality}/recall_at_1"], row[f"eval/{modality}/map"] = recall, precision
    for short in ("recall_at_1", "map"):
        found = [row[f"eval/{modality}/{short}"] for modality in gallery.searched]
        row[f"eval/{short}"] = sum(found) / len(found)
    row["eval/sdm_loss"] = _loss(gallery, features)
    for modality in MODALITIES:
        present = gallery.present[modality]
        if bool(present.any()):
            row[f"eval/{modality}/effective_rank"] = effective_rank(features[modality][present])
    return row


def ranking(cosine: Tensor, right: Tensor) -> tuple[float, float]:
    """Recall@1 and mean average precision. (Q, G) each. Ties and NaN count against."""
    cosine = torch.nan_to_num(cosine, nan=float("-inf"))
    last = right.int().argsort(dim=1, stable=True)  # the wrong ones first, where scores are equal
    by_score = cosine.gather(1, last).argsort(dim=1, descending=True, stable=True)
    hits = right.gather(1, last.gather(1, by_score)).double()
    places = torch.arange(1, hits.shape[1] + 1, device=hits.device)
    precision = (hits.cumsum(dim=1) / places * hits).sum(dim=1) / hits.sum(dim=1)
    return float(hits[:, 0].mean()), float(precision.mean())


def _loss(gallery: Gallery, features: Embedded) -> float:
    anchor = Side(features[ANCHOR], gallery.present[ANCHOR])
    found = []
    for modality in gallery.searched:
        other = Side(features[modality], gallery.present[modality])
        found.append(mean_of(sdm(anchor, other, gallery.identity, TEMPERATURE, Rule())))
    return float(torch.stack(found).mean())


def effective_rank(features: Tensor) -> float:
    """exp of the entropy of the normalised singular values (RankMe). (n, D)"""
    if not bool(torch.isfinite(features).all()):
        return math.nan
    values = torch.linalg.svdvals(features)
    share = values / values.sum().clamp(min=1e-12)
    return float(torch.exp(-torch.xlogy(share, share).sum()))
