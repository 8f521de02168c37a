"""What the rules say of a recorded training, judged again and again as it grew."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from dashboard.health.baseline import Primary
from dashboard.health.benchmark.records import Record
from dashboard.health.judging import judge
from dashboard.health.precedence import worst_first
from dashboard.health.rule import STATES, Context, Rule, State
from dashboard.health.rules import RULES
from dashboard.health.verdict import Verdict
from dashboard.metrics.series import Curves
from trainers.config import Trainer

Tier = Literal["full", "losses"]
TIERS: tuple[Tier, ...] = ("full", "losses")

EVERY = 10  # optimizer steps from one look to the next
ALARMS = (str(State.FAIL), str(State.WARN), str(State.BROKEN))


@dataclass(frozen=True)
class Alarm:
    """A rule's: the step of the look that first saw it, and the worst that it ever said."""

    rule: str
    step: int
    state: str


@dataclass(frozen=True)
class Outcome:
    """What was said of one training.

    alarms: by rule, over all looks; first: the verdict that stands first at the end, where one
    alarms; waited: rules that never had enough evidence; judged: rules that ever passed or alarmed
    """

    key: str
    tier: Tier
    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    remarks: Mapping[str, Alarm] = field(default_factory=dict)
    first: Verdict | None = None
    judged: frozenset[str] = frozenset()
    waited: frozenset[str] = frozenset()
    seconds: float = 0.0  # of processor time, for all looks
    looks: int = 0

    @property
    def worst(self) -> str:
        return min((a.state for a in self.alarms.values()), key=STATES.index, default="pass")

    def since(self, onset: int) -> int | None:
        """The step of the first alarm at or after a fault's onset; None where there is none."""
        steps = [alarm.step for alarm in self.alarms.values() if alarm.step >= onset]
        return min(steps, default=None)


def outcome(
    record: Record, trainer: Trainer, tier: Tier = "full", rules: Sequence[Rule] = RULES
) -> Outcome:
    """Judge the growing run every EVERY steps and at its end."""
    knowing = Context(
        {},
        record.facts,
        record.config,
        bounds=bounds_of(trainer),
        primary=Primary(trainer.primary, trainer.primary_metric.direction),
    )
    alarms: dict[str, Alarm] = {}
    remarks: dict[str, Alarm] = {}
    judged: set[str] = set()
    verdicts: list[Verdict] = []
    began, looks = time.process_time(), 0
    for step, context in _growing(record, knowing, tier):
        verdicts = judge(context, rules)
        looks += 1
        for verdict in verdicts:
            _note(alarms, verdict["rule"], step, verdict["state"])
            _note(remarks, verdict["rule"], step, verdict.get("held_back"))
            if verdict["state"] in (*ALARMS, State.PASS):
                judged.add(verdict["rule"])
    waited = {v["rule"] for v in verdicts if v["state"] == State.WAITING}
    return Outcome(
        record.order.key,
        tier,
        alarms,
        remarks,
        _first(verdicts),
        frozenset(judged),
        frozenset(waited),
        time.process_time() - began,
        looks,
    )


def _growing(record: Record, knowing: Context, tier: Tier) -> Iterator[tuple[int, Context]]:
    curves = record.curves if tier == "full" else _losses(record.curves)
    told = Context({}) if tier == "losses" else knowing
    last = record.last_step
    for step in (*range(EVERY, last, EVERY), last):
        cut = {name: part for name, c in curves.items() if len(part := c.between(0, step))}
        yield step, replace(told, curves=cut, over=step == last)


def _losses(curves: Curves) -> Curves:
    """As somebody logs who prints a loss and knows of nothing else."""
    return {name: curve for name, curve in curves.items() if _is_loss(name)}


def _is_loss(name: str) -> bool:
    return name.startswith("train/loss") or (name.startswith("eval/") and name.endswith("loss"))


def _note(alarms: dict[str, Alarm], rule: str, step: int, state: str | None) -> None:
    if state not in ALARMS:
        return
    before = alarms.get(rule)
    if before is None:
        alarms[rule] = Alarm(rule, step, state)
    elif STATES.index(state) < STATES.index(before.state):
        alarms[rule] = Alarm(rule, before.step, state)


def _first(verdicts: Iterable[Verdict]) -> Verdict | None:
    """As a page shows them."""
    alarming = [verdict for verdict in verdicts if verdict["state"] in ALARMS]
    return next(iter(worst_first(alarming)), None)


def bounds_of(trainer: Trainer) -> dict[str, float]:
    return {m.name: m.lower_bound for m in trainer.metrics if m.lower_bound is not None}
