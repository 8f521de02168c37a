"""What came of a back-test so far: read from its replays and from the labels that hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.health import agreement
from dashboard.health.agreement import Agreement, Flip, Said
from dashboard.health.labelling import held
from dashboard.health.models import BackTest, Label, Replay
from dashboard.runs.models import Run

Faults = dict[tuple[str, str], Said]  # by run and rule


@dataclass(frozen=True)
class Outcome:
    """left: runs that wait for their replay. kept: verdicts that stay as they are."""

    replays: tuple[Replay, ...]
    flips: tuple[Flip, ...]
    flows: Mapping[tuple[str, str], int]
    kept: int
    before: Agreement
    after: Agreement
    disputed: int  # verdicts of which people say different things

    @property
    def left(self) -> int:
        return sum(not replay.done for replay in self.replays)

    @property
    def replayed(self) -> list[Replay]:
        return [replay for replay in self.replays if replay.done and replay.problem is None]

    @property
    def failed(self) -> list[Replay]:
        return [replay for replay in self.replays if replay.problem is not None]

    @property
    def seconds(self) -> float:
        return sum(replay.seconds for replay in self.replays)

    @property
    def slowest(self) -> Replay | None:
        return max(self.replayed, key=lambda replay: replay.seconds, default=None)


def outcome(backtest: BackTest) -> Outcome:
    replays = tuple(backtest.replays.all())
    faults = _faults(backtest, [replay.run_id for replay in replays])
    judged = [
        Flip(r.run_id, r.name, rule, state, r.after[rule], faults.get((r.run_id, rule)))
        for r in replays
        for rule, state in r.before.items()
    ]
    flips = tuple(flip for flip in judged if flip.before != flip.after)
    return Outcome(
        replays=replays,
        flips=flips,
        flows=agreement.flows(flips),
        kept=len(judged) - len(flips),
        before=agreement.agreement((one.before, one.fault) for one in judged),
        after=agreement.agreement((one.after, one.fault) for one in judged),
        disputed=sum(faults.get((one.run_id, one.rule), False) is None for one in judged),
    )


def _faults(backtest: BackTest, run_ids: list[str]) -> Faults:
    """What people say of these runs.

    That nothing is wrong, said while a run still trained, tells nothing of what came after.
    """
    ended = dict(Run.objects.filter(pk__in=run_ids).values_list("pk", "finished_at"))
    said: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for label in held(run_ids, backtest.rules):
        if label.fault or not _is_early(label, ended):
            said[label.run_id, label.rule].append(bool(label.fault))
    return {verdict: agreement.opinion(faults) for verdict, faults in said.items()}


def _is_early(label: Label, ended: Mapping[str, datetime | None]) -> bool:
    finished = ended.get(label.run_id)
    return finished is None or label.made_at < finished
