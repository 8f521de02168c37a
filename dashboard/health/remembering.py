"""A live run's curves as rules see them: what is remembered of each, and what came since.

The memory is only ever a short cut. It is kept by run, and holds for the points that it was made
of: where a curve's count does not come out even (points came late, or a resume took some back),
that curve is read again, and its memory made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.health import memory
from dashboard.health.counting import Hidden
from dashboard.health.memory import NOTHING, RECENT, SLACK, Memory, Past, settled, shown
from dashboard.health.models import Remembered
from dashboard.health.stored import each
from dashboard.metrics import store
from dashboard.metrics.series import EMPTY, Series

FORMAT = 1  # raised when a memory is made or packed in another way


@dataclass(frozen=True, eq=False)
class View:
    """A run as it is judged on the way. stored: the points that it had; extra: those that had to be
    read beyond the usual; changed: what was kept of it does not hold any more
    """

    fresh: dict[str, Series]
    memory: dict[str, Past]
    basis: str
    stored: int
    extra: int
    changed: bool

    @property
    def curves(self) -> dict[str, Series]:
        return {name: shown(self._past(name), new) for name, new in self.fresh.items()}

    @property
    def hidden(self) -> dict[str, Hidden]:
        return {name: past.hidden for name, past in self.memory.items()}

    @property
    def is_partial(self) -> bool:
        return not all(past.is_whole for past in self.memory.values())

    def _past(self, name: str) -> Past:
        return self.memory.get(name, NOTHING)


def view(run_id: str, recent: int = RECENT) -> View:
    """The run now, with so many of the newest points at least. Costs as much as is new, but for
    curves that must be read again.
    """
    row = Remembered.objects.filter(run_id=run_id).first()
    known = memory.unpack(bytes(row.data)) if row else {}
    found = store.read_beyond(run_id, _ends(known) if known else _long(run_id, recent))
    basis = _basis(found, recent)
    if row and row.basis != basis:
        known = {}
        found = store.read_beyond(run_id, _long(run_id, recent))
    lost = {
        name: count
        for name, count in found.counts.items()
        if known.get(name, NOTHING).points + len(found.curves.get(name, EMPTY)) != count
    }
    fresh, kept = _settled(run_id, found, known, lost, recent)
    changed = kept.keys() != known.keys() or any(kept[name] is not known[name] for name in kept)
    extra = sum(max(0, len(new) - RECENT - SLACK) for new in fresh.values()) + sum(lost.values())
    return View(
        fresh, kept, basis, found.stored, extra, changed or extra != (row.extra if row else 0)
    )


def remember(run_id: str, seen: View) -> None:
    """Keep the view's memory for the next look."""
    made = {"basis": seen.basis, "extra": seen.extra, "data": memory.pack(seen.memory)}
    Remembered.objects.update_or_create(run_id=run_id, defaults=made)


def _settled(
    run_id: str, found: store.Beyond, known: Memory, lost: Mapping[str, int], recent: int
) -> tuple[dict[str, Series], dict[str, Past]]:
    fresh: dict[str, Series] = {}
    kept: dict[str, Past] = {}

    def settle(name: str, past: Past, new: Series) -> None:
        past, fresh[name] = settled(past, new, recent)
        if past.points:
            kept[name] = past

    for name in found.counts.keys() - lost.keys():
        settle(name, known.get(name, NOTHING), found.curves.get(name, EMPTY))
    for name, whole in each(run_id, lost):
        settle(name, NOTHING, whole)
    return {name: fresh[name] for name in sorted(fresh)}, kept


def _ends(known: Memory) -> dict[str, int]:
    return {name: past.step for name, past in known.items()}


def _basis(found: store.Beyond, recent: int) -> str:
    """What a memory is good for: a resume takes points back, which counts alone would not show."""
    starts = json.dumps(found.starts).encode()
    return f"{FORMAT} {recent} {hashlib.blake2b(starts, digest_size=8).hexdigest()}"


def _long(run_id: str, recent: int) -> dict[str, int]:
    """The ends of curves that are long and not remembered: they are not read with the others."""
    summaries = store.summaries([run_id])[run_id].values()
    return {s.name: s.last_step for s in summaries if s.count > recent + SLACK}
