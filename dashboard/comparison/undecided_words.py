"""Why a study has no answer yet, in a sentence."""

from __future__ import annotations

from dashboard.comparison.answer import Answer
from dashboard.comparison.decision import Test
from dashboard.comparison.decision_words import names_of, signed, told
from dashboard.health.figures import figure
from dashboard.health.rule import Message, gettext_noop, say

_ = gettext_noop


def undecided(answer: Answer) -> Message:
    if answer.waiting:
        return _unfinished(answer)
    empty = [side.name for side in (answer.before, answer.after) if not side.values]
    if empty:
        return say(
            _("Not enough evidence: no run of {arms} has a number for {metric}."),
            arms=", ".join(empty),
            metric=answer.question.metric,
        )
    if answer.bounds and not answer.bounds.holds:
        return _hinges(answer)
    if answer.decision.test == Test.NONE:
        return _one_each(answer)
    return _open(answer)


def _unfinished(answer: Answer) -> Message:
    planned = len(answer.before.outcomes) + len(answer.after.outcomes)
    return say(
        _(
            "{ended} of {planned} runs have ended: the answer comes with the last one, for whoever"
            " looks often enough finds a difference by chance."
        ),
        ended=planned - answer.waiting,
        planned=planned,
    )


def _hinges(answer: Answer) -> Message:
    return say(
        _(
            "Not enough evidence: {metric} of {after} is {told} against {before} where it could be"
            " measured, but runs failed, and what they would have shown decides."
        ),
        **names_of(answer),
        told=told(answer.decision),
    )


def _one_each(answer: Answer) -> Message:
    """n = 1 in words: what is known and what is not."""
    return say(
        _(
            "Not enough evidence: {metric} is {one} in {before} and {other} in {after}, one run"
            " each. How far two runs of the same configuration lie apart is not known, so this is"
            " no evidence that the change made the difference."
        ),
        **names_of(answer),
        one=figure(float(answer.sample.before[0])),
        other=figure(float(answer.sample.after[0])),
    )


def _open(answer: Answer) -> Message:
    if answer.decision.interval is None and answer.decision.p is not None:
        return say(
            _(
                "Not enough evidence: {metric} of {after} is {effect} against {before}, alike in"
                " every run; but chance alone does as much with so few runs (p = {p} by counting)."
            ),
            **names_of(answer),
            effect=signed(answer.decision.effect or 0.0),
            p=figure(answer.decision.p),
        )
    return say(
        _("Not enough evidence: {metric} of {after} is {told} against {before}."),
        **names_of(answer),
        told=told(answer.decision),
    )
