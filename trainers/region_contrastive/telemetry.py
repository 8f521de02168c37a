"""What the losses are doing, counted over the forward passes of one optimizer step.

Numbers stay tensors until they are read, so that a GPU is not waited for in every forward pass.
With several processes these are the first one's own rows.
"""

from __future__ import annotations

import math
from collections import defaultdict

import torch
from torch import Tensor

from trainers.region_contrastive import hard, losses
from trainers.region_contrastive.data import Batch
from trainers.spectrum import effective_rank, rank_limit

ZERO_NORM = 1e-6  # below it an embedding is called a zero vector
INFINITE = float("inf")


class Telemetry:
    """Sums and means by the name of the curve; reading them starts the next step's."""

    def __init__(self) -> None:
        self._sums: dict[str, list[Tensor | float]] = defaultdict(list)
        self._means: dict[str, list[tuple[Tensor | float, float]]] = defaultdict(list)
        self._largest: list[Tensor] = []
        self._pixels: list[tuple[Tensor, Tensor]] = []
        self._norms: list[Tensor] = []
        self._counts: list[int] = []
        self._regions: list[Tensor] = []
        self._texts: list[Tensor] = []

    def batch(self, batch: Batch) -> None:
        self._sum("data/skipped", batch.skipped)
        self._sum("text/cut", batch.cut)
        self._sum("region/boxes", batch.seen)
        self._sum("region/boxes_invalid", sum(batch.invalid.values()))
        self._sum("region/boxes_filtered", batch.filtered)
        for reason, count in batch.invalid.items():
            self._sum(f"region/boxes_invalid/{reason}", count)

    def images(self, images: Tensor) -> None:
        """images: (B, 3, S, S) as the model sees them."""
        self._pixels.append((images.amin(), images.amax()))

    @torch.no_grad()
    def embeddings(self, raw: Tensor) -> None:
        """raw: (R, D) before they are normalised."""
        norms = raw.float().norm(dim=-1)
        zero = (norms < ZERO_NORM).sum()
        self._norms.append(norms)
        self._counts.append(len(raw))
        self._sum("region/rows", len(raw))
        self._sum("region/zero_rows", zero)
        self._sum("region/zero_batches", zero > 0)

    def directions(self, regions: Tensor, texts: Tensor) -> None:
        """regions, texts: (R, D) of length 1."""
        self._regions.append(regions.detach())
        self._texts.append(texts.detach())

    @torch.no_grad()
    def logits(self, logits: Tensor, scale: Tensor, loss: Tensor, first: int = 0) -> None:
        """logits: (R, N), region to phrase; candidate first + i is right for region i.

        Candidates that were masked out are -inf.
        """
        candidates = logits.shape[1]
        own = losses.own(logits, first)
        positive, negative = logits[own], logits[~own & (logits != -INFINITE)]
        self._mean("region/candidates", candidates)
        masked = (logits == -INFINITE).sum(dim=1)
        self._mean("region/duplicates_masked", masked.float().mean())
        self._mean("region/loss_over_chance", loss, math.log(candidates))
        self._mean("region/positive_cosine", (positive / scale).mean())
        if len(negative) > 1:
            cosine = negative / scale
            self._mean("region/negative_cosine_mean", cosine.mean())
            self._mean("region/negative_cosine_std", cosine.std())
        others = logits.masked_fill(own, -INFINITE)
        self._mean("region/accuracy", (positive > others.amax(dim=1)).float().mean())
        self._mean("region/max_probability", logits.softmax(dim=1).amax(dim=1).mean())
        self._effective_negatives(others)
        self._largest.append(torch.cat([positive, negative]).abs().max())

    @torch.no_grad()
    def phrases(self, phrase: Tensor, candidates: Tensor) -> None:
        """phrase, candidates: (R,) and (N,), equal where two read the same, each one's own among
        the candidates.
        """
        if len(phrase):
            alike = (phrase[:, None] == candidates[None, :]).sum(dim=1) - 1
            self._mean("region/duplicates", alike.float().mean())

    def _effective_negatives(self, others: Tensor) -> None:
        """others: (R, N) with -inf for what is no negative."""
        some = others[(others != -INFINITE).any(dim=1)]
        if len(some):
            weights = some.softmax(dim=1)
            self._mean("region/effective_negatives", (1 / weights.square().sum(dim=1)).mean())

    @torch.no_grad()
    def hard(self, logits: Tensor, loss: Tensor) -> None:
        """logits: (R', 1 + K), of the regions that have hard negatives."""
        if len(logits):
            self._mean("hard/loss", loss, len(logits))
            self._mean("hard/accuracy", hard.right(logits).float().mean())

    def _sum(self, name: str, value: Tensor | float) -> None:
        self._sums[name].append(value)

    def _mean(self, name: str, value: Tensor | float, over: float = 1.0) -> None:
        self._means[name].append((value, over))

    def take(self) -> dict[str, float]:
        sums = {name: sum(float(value) for value in values) for name, values in self._sums.items()}
        means = {
            name: sum(float(value) / over for value, over in values) / len(values)
            for name, values in self._means.items()
        }
        largest = float(torch.stack(self._largest).max()) if self._largest else 0.0  # NaN stays
        row = {**sums, **means, "region/logit_absmax": largest, **self._spectrum()}
        if self._counts:
            row["region/rows_least"] = float(min(self._counts))
            row["region/rows_most"] = float(max(self._counts))
        if self._pixels:
            row["data/input_min"] = float(torch.stack([low for low, _high in self._pixels]).min())
            row["data/input_max"] = float(torch.stack([high for _low, high in self._pixels]).max())
        self.__init__()  # type: ignore[misc]
        return row

    def _spectrum(self) -> dict[str, float]:
        if not sum(len(rows) for rows in self._regions):
            return {}
        regions, texts = torch.cat(self._regions), torch.cat(self._texts)
        return {
            "region/norm_median": float(torch.cat(self._norms).median()),
            "region/effective_rank": effective_rank(regions),
            "text/effective_rank": effective_rank(texts),
            "region/effective_rank_limit": rank_limit(*regions.shape),
        }
