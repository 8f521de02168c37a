"""What the SDM loss is doing, counted over the forward passes of one optimizer step."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.sdm_alignment.losses import Rule, Side, Terms, lowest
from trainers.spectrum import effective_ranks, rank_limit

Numbers = NDArray[np.floating[Any]]

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
        rows = torch.stack([side.features.detach().float() for side in sides.values()])
        in_loss = torch.stack([side.present for side in sides.values()])
        norms = torch.linalg.vector_norm(rows, dim=-1).cpu().numpy()
        ranks = effective_ranks(rows, in_loss)
        used = in_loss.cpu().numpy()
        medians, means = [], []
        for place, modality in enumerate(sides):
            there = present[modality].cpu().numpy()
            self._sums[f"data/missing/{modality}"] += int((~there).sum())
            self._sums["sdm/missing_in_loss"] += int((used[place] & ~there).sum())
            found = norms[place][used[place]]
            self._sums[f"features/{modality}/rows"] += len(found)
            self._sums[f"features/{modality}/zero_rows"] += int((found < ZERO_NORM).sum())
            if len(found):
                self.mean(f"sdm/{modality}/effective_rank", ranks[place])
                self.mean(f"sdm/{modality}/norm_median", float(np.median(found)))
                self.mean(f"features/{modality}/norm", float(found.mean()))
                medians.append(float(np.median(found)))
                means.append(float(found.mean()))
        if means:
            self._together(means, medians, int(min(n for n in used.sum(axis=1) if n)))

    def _together(self, means: list[float], medians: list[float], fewest: int) -> None:
        """Of the modalities that there are. fewest: rows that one of them has"""
        unit = math.sqrt(self.width)
        self.mean("features/norm_over_sqrt_dim", sum(means) / len(means) / unit)
        self.mean("sdm/norm_over_sqrt_d", sum(medians) / len(medians) / unit)
        self._extremes["sdm/effective_rank_limit"].append(rank_limit(fewest, self.width))

    @torch.no_grad()
    def pair(self, modality: str, directions: list[Terms], loss: Tensor, rule: Rule) -> None:
        """One modality's SDM loss. directions: none where nothing could be aligned."""
        for name in ("sdm/negative_terms", "sdm/negative_rows"):
            self._sums[name] += 0
        self._sums["sdm/empty_pairs"] += not directions
        if not directions:
            return
        self.mean(f"sdm/{modality}/loss", float(loss))
        targets = [terms.target.cpu().numpy() for terms in directions]
        chance = sum(_at_chance(target, rule) for target in targets) / len(targets)
        self.mean("sdm/loss_over_chance", float(loss) / max(chance, 1e-6))
        for terms, target in zip(directions, targets, strict=True):
            self._direction(terms.rows.cpu().numpy(), target, rule)

    def _direction(self, rows: Numbers, target: Numbers, rule: Rule) -> None:
        columns = target.shape[1]
        floor = min(0.0, lowest(columns, 0, rule.eps)) - ROUNDING
        negative = bool(rows.mean() < floor)
        self._sums["sdm/negative_terms"] += negative
        self._sums["sdm/negative_rows"] += int((rows < floor).sum())
        self._extremes["sdm/smallest_row"].append(float(rows.min()))
        sums = target.sum(axis=1)
        self._extremes["sdm/target_row_sum_min"].append(float(sums.min()))
        self._extremes["sdm/target_row_sum_max"].append(float(sums.max()))
        self.mean("sdm/candidates", columns)
        self.mean("sdm/positives", float((target > 0).sum(axis=1).mean()))
        self.troubled |= negative or not bool(np.isfinite(rows).all())

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


def _at_chance(target: Numbers, rule: Rule) -> float:
    """The mean divergence where all similarities are equal."""
    kind = np.float16 if rule.dtype == torch.float16 else np.float32
    target, share = target.astype(kind), 1 / target.shape[1]
    if rule.objective == "forward_kl":
        logs = np.log(target, out=np.zeros_like(target), where=target > 0)
        return float((target * (logs - kind(math.log(share)))).sum(axis=1).mean())
    with np.errstate(divide="ignore"):  # an epsilon that 16 bits do not hold: infinite, and told
        rows = kind(math.log(share)) - np.log(target + kind(rule.eps))
    return float((share * rows).sum(axis=1).mean())
