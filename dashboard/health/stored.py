"""The curves of a run as a rule sees them, read from the store when a rule asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboard.metrics import store
from dashboard.metrics.series import Series

HELD = 4_000_000  # points in memory at a time, about 100 MB


def each(run_id: str, counts: Mapping[str, int]) -> Iterator[tuple[str, Series]]:
    """The curves by their points: together where they are few enough, else one after the other."""
    if not counts:
        return
    if sum(counts.values()) <= HELD:
        yield from store.read(run_id, counts).items()
        return
    for name in counts:
        yield from store.read(run_id, [name]).items()


class StoredCurves(Mapping[str, Series]):
    """All points of each curve. A run with more points than HELD is read curve by curve, and what
    was asked for longest ago is let go of: rules look at a few curves each.
    """

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        summaries = store.summaries([run_id])[run_id]
        self.counts = {name: summary.count for name, summary in summaries.items()}
        self.step = max((summary.last_step for summary in summaries.values()), default=0)
        self.held = store.read(run_id) if sum(self.counts.values()) <= HELD else {}

    def __getitem__(self, name: str) -> Series:
        if name not in self.counts:
            raise KeyError(name)
        if name not in self.held:
            self._make_room(self.counts[name])
            self.held |= store.read(self.run_id, [name])
        series = self.held[name] = self.held.pop(name)  # the newest comes last
        return series

    def __iter__(self) -> Iterator[str]:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    def _make_room(self, points: int) -> None:
        while self.held and sum(map(len, self.held.values())) + points > HELD:
            del self.held[next(iter(self.held))]
