"""Several numbers of one step become one: mean, sum, the last …"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trainers.command.parts import Combine

ONE_OF: Mapping[Combine, Callable[[list[float]], float]] = {
    "last": lambda values: values[-1],
    "mean": lambda values: sum(values) / len(values),
    "sum": sum,
    "min": min,
    "max": max,
}


@dataclass
class Combining:
    """Values that wait until their step is over."""

    _kept: dict[str, list[float]] = field(default_factory=dict)
    _how: dict[str, Combine] = field(default_factory=dict)
    step: int = 0

    def add(self, step: int, metric: str, value: float, how: Combine) -> None:
        self.step = step
        self._how[metric] = how
        self._kept.setdefault(metric, []).append(value)

    def is_of_another(self, step: int) -> bool:
        return bool(self._kept) and step != self.step

    def take(self) -> dict[str, float]:
        """One value a metric. NaN among them is not hidden: min and max would pass over it."""
        kept, self._kept = self._kept, {}
        return {metric: self._one(self._how[metric], values) for metric, values in kept.items()}

    def _one(self, how: Combine, values: list[float]) -> float:
        broken = [value for value in values if value != value]
        return broken[0] if broken and how != "last" else ONE_OF[how](values)
