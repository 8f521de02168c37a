"""The temperature of the SDM loss: a straight line over the run, and a fallback after trouble.

The report's "adaptive" temperature took the norm of features already normalised, which is 1: it
never moved, and is not offered here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.sdm_alignment.config_loss import TemperatureConfig


class Temperature:
    """fallbacks: how often it fell back"""

    def __init__(self, config: TemperatureConfig, steps: int) -> None:
        self.config = config
        self.steps = steps
        self.fallbacks = 0
        self._until = 0  # the optimizer step up to which the fallback holds

    def at(self, step: int) -> float:
        """step: 1 for the first optimizer step."""
        if step <= self._until:
            return self.config.temperature_fallback
        first, last = self.config.temperature_start, self.config.temperature_end
        return first + (last - first) * (step - 1) / max(1, self.steps - 1)

    def trouble(self, step: int) -> bool:
        """A term of this step was negative or not finite. True: it falls back from the next on."""
        if not self.config.fallback_steps or step <= self._until:
            return False
        self._until = step + self.config.fallback_steps
        self.fallbacks += 1
        return True

    def state_dict(self) -> dict[str, Any]:
        return {"fallbacks": self.fallbacks, "until": self._until}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.fallbacks, self._until = int(state["fallbacks"]), int(state["until"])
