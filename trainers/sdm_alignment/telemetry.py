"""What the SDM loss is doing, counted over the forward passes of one optimizer step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import torch
from torch import Tensor

from trainers.sdm_alignment.losses import Rule, Side, Terms, divergences, lowest, relative_norms
from trainers.spectrum import effective_rank, rank_limit

ZERO_NORM = 1e-6  # below it an embedding is called a zero vector
ROUNDING = 1e-4  # in 32 bits a divergence falls no further below its bound


class Telemetry:
    """Sums and means by the name of the curve; reading them starts the next step's.

    troubled: a term of this step was negative or not finite
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._sums: dict[str, float] = defaultdict(float)
        self._means: dict[str, list[float]] = defaultdict(list)
        self._extremes: dict[str, list[float]] = defaultdict(list)
        self.troubled = False

    @torch.no_grad()
    def features(self, present: Mapping[str, Tensor], sides: Mapping[str, Side]) -> None:
        """present: which records have a modality, whether or not its row is in the loss"""
        found = {modality: self._rows(modality, side) for modality, side in sides.items()}
        for modality, side in sides.items():
            there = present[modality]
            self._sums[f"data/missing/{modality}"] += int((~there).sum())
            self._sums["sdm/missing_in_loss"] += int((side.present & ~there).sum())
        rows = [each for each in found.values() if len(each)]
        if not rows:
            return
        relative = [float(relative_norms(each).mean()) for each in rows]
        medians = [float(relative_norms(each).median()) for each in rows]
        self.mean("features/norm_over_sqrt_dim", sum(relative) / len(relative))
        self.mean("sdm/norm_over_sqrt_d", sum(medians) / len(medians))
        fewest = min(len(each) for each in rows)
        self._extremes["sdm/effective_rank_limit"].append(rank_limit(fewest, self.width))

    def _rows(self, modality: str, side: Side) -> Tensor:
        """The rows that enter the loss. (n, D)"""
        rows = side.features[side.present].detach().float()
        norms = torch.linalg.vector_norm(rows, dim=-1)
        name = f"features/{modality}"
        self._sums[f"{name}/rows"] += len(rows)
        self._sums[f"{name}/zero_rows"] += int((norms < ZERO_NORM).sum())
        if len(rows):
            self.mean(f"{name}/norm", float(norms.mean()))
            self.mean(f"sdm/{modality}/norm_median", float(norms.median()))
            self.mean(f"sdm/{modality}/effective_rank", effective_rank(rows))
        return rows

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
        self.__init__(self.width)  # type: ignore[misc]
        return row


def _floored(chance: list[float]) -> float:
    return max(sum(chance) / len(chance), 1e-6)
