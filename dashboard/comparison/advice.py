"""What to do next where a study cannot answer as it stands, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.comparison.answer import Answer
from dashboard.comparison.conclusion import Comparison
from dashboard.comparison.decision import Verdict
from dashboard.comparison.models import Arm
from dashboard.comparison.outcome import Side, State
from dashboard.health.rule import Message, gettext_noop, say

_ = gettext_noop

Logged = Mapping[int, Sequence[str]]

NAMED = 12  # metrics that a sentence lists
ENDED_BADLY = (State.CRASHED, State.NOT_A_NUMBER, State.STOPPED)


def advice(one: Comparison, before: Arm, logged: Logged) -> list[Message]:
    """logged: the metrics that at least one run of an arm has, by the arm's key."""
    if one.answer.waiting:
        return []
    ours = logged.get(one.arm.pk, ())
    common = [name for name in logged.get(before.pk, ()) if name in ours]
    found = [
        _metric(one.answer, common),
        _alike(one.answer),
        _failed(one.answer),
        _deleted(one.answer),
        _unchanged(before, one.arm),
        _confounded(one.answer),
    ]
    return [told for told in found if told is not None]


def lacks_metric(answer: Answer) -> bool:
    """Whether an arm has no number because none of its runs has logged the metric."""
    return any(not side.values and side.of(State.UNLOGGED) for side in _sides(answer))


def _metric(answer: Answer, common: Sequence[str]) -> Message | None:
    if not lacks_metric(answer):
        return None
    if not common:
        return say(
            _("No metric was logged in both arms: log one in both, and open the study anew.")
        )
    names = ", ".join(common[:NAMED]) + (" …" if len(common) > NAMED else "")
    return say(
        _("Edit the question to ask for a metric that runs of both arms have: {names}."),
        names=names,
    )


def _alike(answer: Answer) -> Message | None:
    """Numbers that agree to the bit in two trainings say that nothing reached them."""
    found = answer.sample
    if not all(found.sizes):
        return None
    same = found.paired or len({*found.before, *found.after}) == 1
    if not same or (found.paired and any(found.differences)):
        return None
    return say(_("Both arms came out exactly alike: make sure that the change is at work at all."))


def _failed(answer: Answer) -> Message | None:
    if answer.verdict != Verdict.NOT_ENOUGH:
        return None
    if not any(side.of(state) for side in _sides(answer) for state in ENDED_BADLY):
        return None
    return say(
        _(
            "Runs that ended badly stay counted, for who fails is a result as well. Their pages say"
            " what happened. Once its cause is mended, open the study anew; where it was chance,"
            " such as a machine that went away, add seeds."
        )
    )


def _deleted(answer: Answer) -> Message | None:
    gone = any(side.of(State.DELETED) for side in _sides(answer))
    if not gone or answer.verdict != Verdict.NOT_ENOUGH:
        return None
    return say(
        _(
            "Deleted runs stay counted, as what they had shown is not known any more: add seeds,"
            " or open the study anew."
        )
    )


def _unchanged(before: Arm, after: Arm) -> Message | None:
    if before.patch or after.patch:
        return None
    return say(
        _(
            "The configurations of the arms do not differ: what does is chance, or stands under"
            " “What differs between the arms”."
        )
    )


def _confounded(answer: Answer) -> Message | None:
    if answer.verdict != Verdict.CONFOUNDED:
        return None
    return say(
        _(
            "Say under “Explain a difference” why it cannot have made the effect; where it can,"
            " open the study anew with runs that are alike in it: {names}."
        ),
        names=", ".join(answer.confounders),
    )


def _sides(answer: Answer) -> tuple[Side, Side]:
    return answer.before, answer.after
