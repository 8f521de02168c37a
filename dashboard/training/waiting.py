"""Why a queued run waits: what the next claims would give it, worked out without making them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Why = Literal["starting", "no_worker", "too_wide", "behind", "no_free_slot", "too_few_free"]


@dataclass(frozen=True)
class Group:
    """A host's slots of one kind: a run gets all of its slots from one group."""

    host: str
    kind: str
    capacity: int
    free: int


@dataclass(frozen=True)
class Reason:
    """Why a run waits.

    needs: slots; most: slots of the widest group; free: slots at most free in one that could hold
    it; behind: the earlier run for which free slots are kept, "" where there is none
    """

    why: Why
    needs: int
    most: int = 0
    free: int = 0
    behind: str = ""


def reasons(queued: Iterable[tuple[str, int]], groups: Sequence[Group]) -> dict[str, Reason]:
    """By run. queued: (run, slots that it needs) in the order in which they are claimed."""
    line = _Line(groups)
    return {run: line.reason(run, needs) for run, needs in queued}


class _Line:
    """The groups as the runs that came so far leave them."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._free = {group: group.free for group in groups}
        self._kept: dict[Group, str] = {}  # for which run: nobody overtakes it there

    def reason(self, run: str, needs: int) -> Reason:
        able = [group for group in self._groups if group.capacity >= needs]
        most = max((group.capacity for group in self._groups), default=0)
        if not able:
            return Reason("too_wide" if self._groups else "no_worker", needs, most)
        open_ = [group for group in able if group not in self._kept]
        for group in open_:
            if self._free[group] >= needs:
                self._free[group] -= needs
                return Reason("starting", needs, most)
        self._kept |= dict.fromkeys(open_, run)
        roomy = next((group for group in able if self._free[group] >= needs), None)
        if roomy is not None:
            return Reason("behind", needs, most, self._free[roomy], self._kept[roomy])
        free = max(self._free[group] for group in able)
        return Reason("too_few_free" if free else "no_free_slot", needs, most, free)
