"""Attempts of a run: where a later one went on, the earlier one's points count no longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.metrics import asking

Starts = Sequence[tuple[int, int]]  # (attempt, step after which it went on); -1 for a fresh start
NEVER = 2**62  # a step that no point has


def starts_of(run_ids: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
    """The starts of each run."""
    found: dict[str, list[tuple[int, int]]] = {run_id: [] for run_id in run_ids}
    select = "SELECT run_id, attempt, step FROM metrics_event WHERE kind = 'start' AND run_id"
    for run_id, attempt, step in asking.rows(select, found):
        found[run_id].append((attempt, step or -1))
    return found


def end_of(attempt: int, starts: Starts) -> int:
    """The last step at which this attempt's points count."""
    return min((step for later, step in starts if later > attempt), default=NEVER)
