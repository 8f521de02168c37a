"""The catalogue: one file a rule, in the order in which they are read."""

from __future__ import annotations

from dashboard.health.rule import Rule
from dashboard.health.rules.non_finite_loss import non_finite_loss

RULES: tuple[Rule, ...] = (non_finite_loss,)
