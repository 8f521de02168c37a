"""What the region loss is doing, counted over the forward passes of one optimizer step."""

from __future__ import annotations

import math
from collections import defaultdict

import torch
from torch import Tensor

from trainers.region_contrastive.data import Batch

ZERO_NORM = 1e-6  # below it an embedding is called a zero vector


class Telemetry:
    """Sums and means by the name of the curve; reading them starts the next step's."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._means: dict[str, list[float]] = defaultdict(list)
        self._largest = 0.0

    def boxes(self, batch: Batch) -> None:
        self._sums["region/boxes"] += batch.seen
        self._sums["region/boxes_invalid"] += sum(batch.invalid.values())
        self._sums["region/boxes_filtered"] += batch.filtered
        for reason, count in batch.invalid.items():
            self._sums[f"region/boxes_invalid/{reason}"] += count

    @torch.no_grad()
    def embeddings(self, raw: Tensor) -> None:
        """raw: (R, D) before they are normalised."""
        zero = int((raw.float().norm(dim=-1) < ZERO_NORM).sum())
        self._sums["region/rows"] += len(raw)
        self._sums["region/zero_rows"] += zero
        self._sums["region/zero_batches"] += zero > 0

    @torch.no_grad()
    def logits(self, logits: Tensor, scale: Tensor, loss: Tensor) -> None:
        """logits: (R, N), region to phrase; candidate i is right for region i, masked ones -inf."""
        rows, candidates = logits.shape
        own = torch.eye(rows, candidates, dtype=torch.bool, device=logits.device)
        positive, negative = logits[own], logits[~own & (logits != float("-inf"))]
        self._mean("region/candidates", candidates)
        self._mean("region/loss_over_chance", float(loss) / math.log(candidates))
        self._mean("region/positive_cosine", float((positive / scale).mean()))
        if len(negative) > 1:
            cosine = negative / scale
            self._mean("region/negative_cosine_mean", float(cosine.mean()))
            self._mean("region/negative_cosine_std", float(cosine.std()))
        best = logits.masked_fill(own, float("-inf")).amax(dim=1)
        self._mean("region/accuracy", float((positive > best).float().mean()))
        self._mean("region/max_probability", float(logits.softmax(dim=1).amax(dim=1).mean()))
        absolute = torch.cat([positive, negative]).abs().max()
        self._largest = float(torch.maximum(absolute.cpu(), torch.tensor(self._largest)))

    def _mean(self, name: str, value: float) -> None:
        self._means[name].append(value)

    def take(self) -> dict[str, float]:
        means = {name: sum(values) / len(values) for name, values in self._means.items()}
        row = {**self._sums, **means, "region/logit_absmax": self._largest}
        self.__init__()  # type: ignore[misc]
        return row
