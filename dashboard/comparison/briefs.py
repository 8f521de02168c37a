"""What studies answer, in brief, kept in this process while nothing that it is made of changes.

To conclude a study of six runs costs some ten milliseconds of CPU and the reading of their
snapshots: a list of hundreds that is asked for each second cannot pay that for each row.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.decision import Verdict
from dashboard.comparison.definition import NAMES
from dashboard.comparison.models import Member, Study
from dashboard.comparison.statistics.intervals import Interval
from dashboard.runs.models import LIVE

MOST = 20_000  # that are kept
AT_ONCE = 500  # studies that one query asks about


@dataclass(frozen=True)
class Progress:
    """How far the runs of a study are. version: of all that its answer is made of."""

    version: str
    planned: int
    going: int

    @property
    def ended(self) -> int:
        return self.planned - self.going


@dataclass(frozen=True)
class Brief:
    """The answer of the whole change, or of the only one."""

    verdict: Verdict
    effect: float | None
    interval: Interval | None


class Briefs:
    """The latest ones; those that were not asked for the longest go first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, Brief] = OrderedDict()
        self._lock = Lock()

    def kept(self, progress: Progress) -> Brief | None:
        """None where it must be made."""
        with self._lock:
            found = self._kept.get(progress.version)
            if found is not None:
                self._kept.move_to_end(progress.version)
            return found

    def of(self, study: Study, progress: Progress) -> Brief:
        """progress must have been read before: so the brief is as new as it says, or newer."""
        found = self.kept(progress)
        if found is None:
            found = _brief(study)
            with self._lock:
                self._kept[progress.version] = found
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return found


BRIEFS = Briefs()

_Run = tuple[str | None, int | None, str | None]  # its id, version and status: None once deleted


def progress(studies: Iterable[Study]) -> dict[str, Progress]:
    """By study."""
    found: dict[str, Progress] = {}
    there = list(studies)
    for start in range(0, len(there), AT_ONCE):
        some = there[start : start + AT_ONCE]
        runs = _runs([study.pk for study in some])
        found |= {study.pk: _progress(study, runs[study.pk]) for study in some}
    return found


def _progress(study: Study, held: Sequence[_Run]) -> Progress:
    going = sum(status in LIVE for _, _, status in held)
    return Progress(_version(study, held), len(held), going)


def _brief(study: Study) -> Brief:
    main = conclude(study).main.answer
    return Brief(main.verdict, main.decision.effect, main.decision.interval)


def _runs(ids: Sequence[str]) -> dict[str, list[_Run]]:
    found: dict[str, list[_Run]] = {study_id: [] for study_id in ids}
    rows = Member.objects.filter(arm__study__in=ids).order_by("pk")
    told = rows.values_list("arm__study_id", "run_id", "run__version", "run__status")
    for study_id, run_id, version, status in told:
        found[study_id].append((run_id, version, status))
    return found


def _version(study: Study, held: Sequence[_Run]) -> str:
    question = [getattr(study, name) for name in NAMES]
    told = [study.pk, study.look, study.paired, study.explanations, question, held]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
