"""What the page of a study says to do next where it cannot answer as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.comparison.advice import advice, lacks_metric
from dashboard.comparison.conclusion import Conclusion
from dashboard.comparison.models import Member
from dashboard.health.wording import tell
from dashboard.metrics import store


def of(found: Conclusion, held: Sequence[Member]) -> list[list[str]]:
    """One list a comparison. The curves are read again only where a metric is lacking."""
    lacking = any(lacks_metric(one.answer) for one in found.comparisons)
    logged = _logged(held) if lacking else {}
    first = found.study.arms.all()[0]
    return [[tell(told) for told in advice(one, first, logged)] for one in found.comparisons]


def _logged(held: Sequence[Member]) -> Mapping[int, Sequence[str]]:
    """By arm, the metrics that at least one of its runs has."""
    summaries = store.summaries([member.run_id for member in held if member.run_id])
    found: dict[int, dict[str, None]] = {}
    for member in held:
        names = summaries.get(member.run_id or "", {})
        found.setdefault(member.arm_id, {}).update(dict.fromkeys(names))
    return {arm: list(names) for arm, names in found.items()}
