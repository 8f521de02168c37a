"""The answer of a study in sentences: messages that are translated where they are shown."""

from __future__ import annotations

from dashboard.comparison.answer import Answer, Guardrail
from dashboard.comparison.decision import Test, Verdict
from dashboard.comparison.decision_words import level_of, names_of, signed, told
from dashboard.comparison.outcome import Side
from dashboard.comparison.undecided_words import undecided
from dashboard.health.figures import figure
from dashboard.health.rule import Message, gettext_noop, say

_ = gettext_noop

LABELS = {
    Verdict.IMPROVED: _("Improved"),
    Verdict.WORSE: _("Worse"),
    Verdict.NO_DIFFERENCE: _("No difference that matters"),
    Verdict.NOT_ENOUGH: _("Not enough evidence"),
    Verdict.CONFOUNDED: _("Confounded"),
    Verdict.NOT_COMPARABLE: _("Not comparable"),
}

DECIDED = {
    Verdict.IMPROVED: _(
        "Improved: {metric} of {after} is {effect} against {before}, {low} to {high} at {level}."
    ),
    Verdict.WORSE: _(
        "Worse: {metric} of {after} is {effect} against {before}, {low} to {high} at {level}."
    ),
    Verdict.NO_DIFFERENCE: _(
        "No difference that matters: {metric} of {after} is {effect} against {before}, {low} to"
        " {high} at {level}, all of it nearer to zero than {smallest}."
    ),
}
COUNTED = {
    Verdict.IMPROVED: _(
        "Improved: {metric} of {after} is {effect} against {before}, alike in every run; p = {p} by"
        " counting."
    ),
    Verdict.WORSE: _(
        "Worse: {metric} of {after} is {effect} against {before}, alike in every run; p = {p} by"
        " counting."
    ),
    Verdict.NO_DIFFERENCE: _(
        "No difference that matters: {metric} of {after} is {effect} against {before}, alike in"
        " every run."
    ),
}
WHY = {
    Test.NONE: _("No test: it takes two runs in an arm to know how far runs lie apart by chance."),
    Test.PAIRED: _(
        "Student's t on the differences of {count} pairs of one seed: what a seed does to both runs"
        " of a pair cancels out. Below ten runs a bootstrap would be too sure."
    ),
    Test.WELCH: _(
        "Welch's t between {before} and {after} runs: the arms may vary differently, and runs are"
        " not paired by seed. Below ten runs a bootstrap would be too sure."
    ),
    Test.ONE_MORE: _(
        "A single run against {many}: the interval is where one more run of the many would lie. By"
        " its rank alone it can be called different only among 25 runs and more."
    ),
    Test.EXACT: _(
        "Counting of arrangements: the runs of an arm do not differ, so that chance has no size and"
        " there is no interval."
    ),
}
EXACT_OF_PAIRS = _(
    "Counting of arrangements: all pairs differ by the same, so that chance has no size and there"
    " is no interval."
)
NOTHING_TO_TEST = _("No test: an arm has no number.")


def says(answer: Answer) -> Message:
    """The one sentence."""
    if answer.incomparable:
        return answer.incomparable
    if answer.verdict == Verdict.NOT_ENOUGH:
        return undecided(answer)
    if answer.verdict == Verdict.CONFOUNDED:
        return say(
            _("{answer} But the arms differ in more than the change: {names}."),
            answer=_decided(answer),
            names=", ".join(answer.confounders),
        )
    if answer.verdict == Verdict.IMPROVED and answer.hurt:
        return say(
            _("{answer} But it got worse in {names}."),
            answer=_decided(answer),
            names=", ".join(guard.question.metric for guard in answer.hurt),
        )
    return _decided(answer)


def why(answer: Answer) -> Message:
    """Which test, and why that one."""
    before, after = answer.sample.sizes
    test = answer.decision.test
    if not all(answer.sample.sizes):
        return say(NOTHING_TO_TEST)
    if test == Test.EXACT and answer.sample.paired:
        return say(EXACT_OF_PAIRS)
    return say(WHY[test], before=before, after=after, count=before, many=max(before, after))


def notes(answer: Answer) -> list[Message]:
    """What a reader should know beside the answer."""
    found = []
    if answer.design.paired and not answer.sample.paired and all(answer.sample.sizes):
        found.append(say(_("Too few pairs have both their runs: the arms are compared unpaired.")))
    if answer.least_p is not None and answer.decision.test != Test.NONE and not answer.waiting:
        found.append(_exact(answer))
    return found + _lengths(answer)


def says_guardrail(guard: Guardrail) -> Message:
    """One guardrail's sentence."""
    if guard.incomparable:
        return guard.incomparable
    numbers = told(guard.decision)
    metric = guard.question.metric
    if guard.verdict == Verdict.WORSE:
        return say(_("{metric} got worse: {told}."), metric=metric, told=numbers)
    if guard.verdict == Verdict.IMPROVED:
        return say(_("{metric} got better: {told}."), metric=metric, told=numbers)
    if guard.verdict == Verdict.NO_DIFFERENCE:
        return say(
            _("{metric} did not change by what matters: {told}."), metric=metric, told=numbers
        )
    return say(_("Not known whether {metric} got worse: {told}."), metric=metric, told=numbers)


def _decided(answer: Answer) -> Message:
    decision = answer.decision
    interval = decision.interval
    smallest = answer.question.smallest
    return say(
        (DECIDED if interval else COUNTED)[decision.verdict],
        **names_of(answer),
        effect=signed(decision.effect or 0.0),
        low=signed(interval.low) if interval else "",
        high=signed(interval.high) if interval else "",
        level=level_of(interval) if interval else "",
        p=figure(decision.p) if decision.p is not None else "",
        smallest=figure(smallest) if smallest is not None else "",
    )


def _exact(answer: Answer) -> Message:
    least = figure(answer.least_p or 0.0)
    if answer.exact_p is None:
        return say(_("Too many arrangements of the runs to count an exact p."))
    return say(
        _("Exact p = {p} by counting arrangements; so many runs could not go below {least}."),
        p=figure(answer.exact_p),
        least=least,
    )


def _lengths(answer: Answer) -> list[Message]:
    """Where the numbers are not of one step: by arm, where each arm ends at its own."""
    one, other = _steps(answer.before), _steps(answer.after)
    if len(one | other) <= 1:
        return []
    if len(one) == len(other) == 1:
        text = _(
            "{before} ended at step {low} and {after} at step {high}: the longer training itself"
            " may have made the difference. Give both the same length to tell."
        )
        names = {"before": answer.before.name, "after": answer.after.name}
        return [say(text, low=min(one), high=min(other), **names)]
    text = _("The runs did not end at one step: {low} to {high}.")
    return [say(text, low=min(one | other), high=max(one | other))]


def _steps(side: Side) -> set[int]:
    return {o.step for o in side.outcomes if o.value is not None and o.step}
