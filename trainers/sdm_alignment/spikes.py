"""Spikes of a loss: far above the median of its last values.

The floor under the spread is a share of the median, so that a small loss is judged as a large one
is. The report's absolute floor of 0.05 saw nothing at a loss of 0.05. The state belongs to one
run and is saved with it; the value that is judged is not in its own baseline; what is not finite
is counted elsewhere and left out here.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Mapping
from typing import Any

from trainers.sdm_alignment.config_loss import SpikeRule

WINDOW = 100
WARM_UP = 20  # values before it says anything
SIGMAS = 6.0
NORMAL = 1.4826  # MAD to standard deviation
FLOOR = 0.01  # of the median, under the MAD
MARGIN = 0.15  # of the median, that a spike must exceed it by
REPORTED_WARM_UP = 10
REPORTED_FLOOR = 0.05  # under the MAD, whatever the loss


class Spikes:
    """count: how many there were; rule: what lies under the spread"""

    def __init__(self, rule: SpikeRule = "relative") -> None:
        self.rule = rule
        self.count = 0
        self._window: deque[float] = deque(maxlen=WINDOW)

    def see(self, loss: float) -> bool:
        """True: it is a spike. Spikes do not enter the baseline."""
        if not math.isfinite(loss):
            return False
        if len(self._window) >= self._warm_up and loss > self._threshold():
            self.count += 1
            return True
        self._window.append(loss)
        return False

    @property
    def _warm_up(self) -> int:
        return REPORTED_WARM_UP if self.rule == "none" else WARM_UP

    def _threshold(self) -> float:
        median = statistics.median(self._window)
        spread = statistics.median(abs(value - median) for value in self._window)
        if self.rule == "none":
            return median + SIGMAS * NORMAL * (spread + 1e-6)
        floor = FLOOR * abs(median) if self.rule == "relative" else REPORTED_FLOOR
        return median + max(SIGMAS * NORMAL * max(spread, floor), MARGIN * abs(median))

    def state_dict(self) -> dict[str, Any]:
        return {"count": self.count, "window": list(self._window)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.count = int(state["count"])
        self._window = deque((float(value) for value in state["window"]), maxlen=WINDOW)
