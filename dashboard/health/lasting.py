"""Failures that stand: what was seen once in a long run stays told after its points left the view.

While a run grows, rules are shown a long curve in part (memory.py). The rules named here fail for
single points, or for a level that was reached once, anywhere in the run, and tell what was beside
them: their failure stands as it was told until the whole run is judged again. Every other rule
judges the newest values, the first ones, or sums, all of which it is always shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.health.rule import Rule, State
from dashboard.health.verdict import Verdict

LASTING = frozenset(
    {
        "non_finite_loss",
        "loss_below_bound",
        "target_rows",
        "amp_overflow",
        "diverging",
        "logit_scale",
        "pair_counts",
    }
)
Earlier = Mapping[str, Verdict]  # by rule: what was told of the run before


def standing(rule: Rule, verdict: Verdict, earlier: Earlier) -> Verdict:
    """The earlier failure where there was one, else the verdict."""
    before = earlier.get(rule.name)
    if rule.name not in LASTING or before is None or verdict["state"] == State.BROKEN:
        return verdict
    same = before["version"] == rule.version
    return before if same and before["state"] == State.FAIL else verdict
