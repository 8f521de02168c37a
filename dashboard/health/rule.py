"""What a rule is, what it may look at, and what it answers: values only, no words of any language.

A rule reads a Context and returns a Finding. It never raises on purpose, prints or renders; the
English msgids it uses are translated where they are shown (wording.py).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from dashboard.health.baseline import Baseline, Primary
from dashboard.health.counting import Hidden, counted
from dashboard.health.threshold import Threshold as Threshold  # rules import it from here
from dashboard.health.threshold import Value
from dashboard.metrics.series import EMPTY, Curves, Series
from trainers.targets import Target

EVIDENCE_POINTS = 200  # of one curve: enough to see the pattern, small enough to keep with the run


class State(StrEnum):
    """Worst first. WAITING is 'not enough evidence', BROKEN is a rule that itself raised."""

    FAIL = "fail"
    BROKEN = "broken"
    WARN = "warn"
    WAITING = "waiting"
    PASS = "pass"
    NOT_APPLICABLE = "not_applicable"


STATES: tuple[str, ...] = tuple(str(state) for state in State)


def gettext_noop(text: str) -> str:
    """Mark a text for the translation catalogue; plain Python has no translator to call."""
    return text


_ = gettext_noop


@dataclass(frozen=True)
class Message:
    """An English msgid with str.format fields, and what they hold (strings, ints, Messages)."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


def say(text: str, **values: Any) -> Message:
    return Message(text, values)


@dataclass(frozen=True)
class Number:
    """The one number a verdict is about, with its 95 % interval where it is an estimate."""

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Level:
    """A horizontal line to draw beside the evidence: what was expected."""

    value: float
    label: Message


@dataclass(frozen=True)
class Evidence:
    """The points of one curve that made the verdict."""

    curve: str
    points: Series
    level: Level | None = None


def evidence(curve: str, points: Series, level: Level | None = None) -> Evidence:
    """The first EVIDENCE_POINTS of the points: the onset matters most."""
    first = slice(None, EVIDENCE_POINTS)
    kept = Series(points.steps[first], points.times[first], points.values[first])
    return Evidence(curve, kept, level)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule saw. `patch` is one change of the configuration that would answer it."""

    state: State
    says: Message
    looked_at: Message
    expected: Message | None = None
    number: Number | None = None
    since_step: int | None = None
    window: tuple[int, int] | None = None
    evidence: tuple[Evidence, ...] = ()
    causes: tuple[Message, ...] = ()  # most likely first
    remedy: Message | None = None
    patch: Mapping[str, Any] = field(default_factory=dict)
    check: Message | None = None  # how one will know that it worked
    remark: Message | None = None  # why what was noticed does not count: the state is then PASS
    held_back: State | None = None  # what the state would be if it counted


@dataclass(frozen=True)
class Context:
    """All that a rule may look at. Nothing else exists for it, so a verdict can be replayed."""

    curves: Curves
    facts: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    over: bool = False  # the run has ended: nothing more will come
    bounds: Mapping[str, float] = field(default_factory=dict)  # by metric: no value lies below
    now: float | None = None  # seconds since 1970 when it is judged; None in a replay
    thresholds: Mapping[str, Any] = field(default_factory=dict)  # of the rule that looks: overrides
    origin: Mapping[str, Any] | None = None  # seed, commit, data, device …; None: not known here
    baseline: Baseline | None = None  # the run that this one is compared with
    system: Curves = field(default_factory=dict)  # the host's newest readings, over milliseconds
    targets: tuple[Target, ...] = ()  # that the project or the trainer declares
    primary: Primary | None = None  # the metric that says whether a fix worked
    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by rules before it
    hidden: Mapping[str, Hidden] = field(default_factory=dict)  # by curve: what is not in `curves`

    def __getitem__(self, threshold: Threshold[Value]) -> Value:
        """A threshold's value in force: the one that was chosen, else its default."""
        value: Value = self.thresholds.get(threshold.name, threshold.default)
        return value

    def curve(self, name: str) -> Series:
        """The curve, empty where it was not logged."""
        return self.curves.get(name, EMPTY)

    def named(self, prefix: str, ending: str = "") -> dict[str, Series]:
        """The curves whose names begin and end so."""
        return {
            name: self.curves[name]
            for name in self.curves
            if name.startswith(prefix) and name.endswith(ending)
        }

    def total(self, name: str) -> int:
        """The sum of a counting curve's finite values, shown or not."""
        hidden = self.hidden.get(name, Hidden())
        return round(counted(self.curve(name).finite.values) + hidden.total)

    def count(self, name: str) -> int:
        """How many finite values the curve has, shown or not."""
        return len(self.curve(name).finite) + self.hidden.get(name, Hidden()).count

    def fact(self, name: str, default: float) -> float:
        """A fact that is a finite number, else the default."""
        return _number(self.facts.get(name), default)

    def setting(self, name: str, default: float) -> float:
        """A configured number, else the default."""
        return _number(self.config.get(name), default)

    @property
    def step(self) -> int:
        """The newest step of any curve, 0 before the first."""
        return max((int(c.steps.max()) for c in self.curves.values() if len(c)), default=0)

    def patch(self, **changes: Any) -> dict[str, Any]:
        """Those of the changes that this run's configuration knows and does not have already."""
        known = {key: value for key, value in changes.items() if key in self.config}
        return {key: value for key, value in known.items() if self.config[key] != value}


def _number(value: Any, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return float(value) if abs(value) < float("inf") else default


Examine = Callable[[Context], Finding]
AnyThreshold = Threshold[int] | Threshold[float]
Weight = Literal["counts", "remark"]


@dataclass(frozen=True)
class Rule:
    """One check: its file's name, its place in the catalogue; a change raises the version."""

    name: str
    id: str
    version: int
    title: Message
    explanation: str
    examine: Examine
    weight: Weight = "counts"
    thresholds: tuple[AnyThreshold, ...] = ()  # those that a project may choose

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The explanation's, a line each, so that the source may be wrapped anew: msgids."""
        return tuple(" ".join(part.split()) for part in self.explanation.split("\n\n"))


def rule(
    *,
    id: str,
    title: str,
    version: int = 1,
    weight: Weight = "counts",
    thresholds: tuple[AnyThreshold, ...] = (),
) -> Callable[[Examine], Rule]:
    """Declare a function to be a rule; its docstring is the page that people read.

    weight: "remark" until its false alarms have been measured on real runs
    """

    def declare(examine: Examine) -> Rule:
        explanation = inspect.cleandoc(examine.__doc__ or "")
        return Rule(
            examine.__name__, id, version, Message(title), explanation, examine, weight, thresholds
        )

    return declare


def waiting(looked_at: Message, says: Message, **more: Any) -> Finding:
    """Not enough evidence: `says` names what is missing and when it will be there."""
    return Finding(state=State.WAITING, says=says, looked_at=looked_at, **more)


def not_applicable(reason: Message) -> Finding:
    return Finding(state=State.NOT_APPLICABLE, says=reason, looked_at=Message(_("nothing")))


def remarked(finding: Finding, why: Message) -> Finding:
    """The same finding as something to look at that does not count against the run."""
    if finding.state not in (State.FAIL, State.WARN):
        return finding
    return replace(finding, state=State.PASS, remark=why, held_back=finding.state)


def unlogged(context: Context, what: Message) -> Finding:
    """For a rule that found none of its curves: too early to say, or never to be logged."""
    if context.curves or context.over:
        return not_applicable(what)
    return waiting(Message(_("nothing")), Message(_("No metric has arrived yet.")))
