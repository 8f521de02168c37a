"""What the SDM loss is doing, counted over the forward passes of one optimizer step."""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor

from trainers.data.people import MODALITIES
from trainers.sdm_alignment.data import Batch
from trainers.sdm_alignment.losses import Rule, Side, Terms, divergences, lowest, relative_norms

ZERO_NORM = 1e-6  # below it an embedding is called a zero vector
ROUNDING = 1e-4  # in 32 bits a divergence falls no further below its bound


class Telemetry:
    """Sums and means by the name of the curve; reading them starts the next step's.

    troubled: a term of this step was negative or not finite
    """

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._means: dict[str, list[float]] = defaultdict(list)
        self._extremes: dict[str, list[float]] = defaultdict(list)
        self.troubled = False

    def features(self, batch: Batch, sides: dict[str, Side]) -> None:
        relative = []
        for modality in MODALITIES:
            side, there = sides[modality], batch.present[modality]
            rows = side.features[side.present].detach()
            norms = torch.linalg.vector_norm(rows.float(), dim=-1)
            name = f"features/{modality}"
            self._sums[f"{name}/rows"] += len(rows)
            self._sums[f"{name}/zero_rows"] += int((norms < ZERO_NORM).sum())
            self._sums[f"data/missing/{modality}"] += int((~there).sum())
            self._sums["sdm/missing_in_loss"] += int((side.present.cpu() & ~there).sum())
            if len(rows):
                self._means[f"{name}/norm"].append(float(norms.mean()))
                relative.append(float(relative_norms(rows).mean()))
        self._means["features/norm_over_sqrt_dim"].append(sum(relative) / len(relative))

    @torch.no_grad()
    def pair(self, modality: str, directions: list[Terms], loss: Tensor, rule: Rule) -> None:
        """One modality's SDM loss. directions: none where nothing could be aligned."""
        for name in ("sdm/negative_terms", "sdm/negative_rows"):
            self._sums[name] += 0
        self._sums["sdm/empty_pairs"] += not directions
        if not directions:
            return
        self._means[f"sdm/{modality}/loss"].append(float(loss))
        chance = [float(divergences(torch.zeros_like(t.target), t.target, rule).mean())
                  for t in directions]  # fmt: skip
        self._means["sdm/loss_over_chance"].append(float(loss) / _floored(chance))
        for terms in directions:
            self._direction(terms, rule)

    def _direction(self, terms: Terms, rule: Rule) -> None:
        columns = terms.target.shape[1]
        positives = (terms.target > 0).sum(dim=1).float().mean()
        floor = min(0.0, lowest(columns, 0, rule.eps)) - ROUNDING
        mean = float(terms.rows.mean())
        negative = mean < floor
        self._sums["sdm/negative_terms"] += negative
        self._sums["sdm/negative_rows"] += int((terms.rows < floor).sum())
        self._extremes["sdm/smallest_row"].append(float(terms.rows.min()))
        sums = terms.target.sum(dim=1)
        self._extremes["sdm/target_row_sum_min"].append(float(sums.min()))
        self._extremes["sdm/target_row_sum_max"].append(float(sums.max()))
        self._means["sdm/candidates"].append(columns)
        self._means["sdm/positives"].append(float(positives))
        self.troubled |= negative or not bool(torch.isfinite(terms.rows).all())

    def mean(self, name: str, value: float) -> None:
        self._means[name].append(value)

    def take(self) -> dict[str, float]:
        means = {name: sum(values) / len(values) for name, values in self._means.items()}
        extremes = {
            name: (max if name.endswith("max") else min)(values)
            for name, values in self._extremes.items()
        }
        row = {**self._sums, **means, **extremes}
        self.__init__()  # type: ignore[misc]
        return row


def _floored(chance: list[float]) -> float:
    return max(sum(chance) / len(chance), 1e-6)
