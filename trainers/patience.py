"""Early stop: how many evaluations may pass without a better primary metric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trainers.config import Metric


class Patience:
    """patience: evaluations without a gain of min_delta that are borne; 0 bears any number."""

    def __init__(self, metric: Metric, patience: int, min_delta: float) -> None:
        self.metric = metric
        self.patience = patience
        self.min_delta = min_delta
        self.best: float | None = None
        self.waited = 0

    @property
    def is_over(self) -> bool:
        return 0 < self.patience <= self.waited

    @property
    def says(self) -> str:
        return (
            f"stopped early: {self.metric.name} has not become better than {self.best} by more"
            f" than {self.min_delta} in {self.waited} evaluations"
        )

    def see(self, score: float | None) -> None:
        """A score of an evaluation; one that is missing or no number is no gain."""
        if score is not None and self._is_better(score):
            self.best, self.waited = score, 0
        else:
            self.waited += 1

    def _is_better(self, score: float) -> bool:
        if math.isnan(score):
            return False
        if self.best is None:
            return True
        sign = -1 if self.metric.direction == "lower" else 1
        return sign * (score - self.best) > self.min_delta

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.waited = state["best"], int(state["waited"])
