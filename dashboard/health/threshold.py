"""Thresholds: the levels, shares, windows and least evidence of a rule that a project may choose.

Numbers that only a statistician would change, such as the quantile of a test, are none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value", int, float)


@dataclass(frozen=True)
class Threshold(Generic[Value]):
    """One number of a rule. `low` and `high` are possible values themselves.

    A whole number by default stays one: it counts something.
    """

    name: str
    default: Value
    low: Value
    high: Value
    says: str  # what it decides, as people read it

    @property
    def is_whole(self) -> bool:
        return isinstance(self.default, int)

    def allows(self, value: Any) -> bool:
        """Whether it may be this value: of its kind and within its range, which NaN never is."""
        kinds = int if self.is_whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return False
        return bool(self.low <= value <= self.high)
