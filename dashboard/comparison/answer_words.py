"""The answer of a study in sentences: messages that are translated where they are shown."""

from __future__ import annotations

from dashboard.comparison.answer import Answer, Guardrail
from dashboard.comparison.decision import Decision, Test, Verdict
from dashboard.comparison.intervals import Interval
from dashboard.comparison.more import More
from dashboard.comparison.outcome import Side
from dashboard.health.figures import figure, percent
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
        return _undecided(answer)
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


def says_more(more: More) -> Message:
    """How many more seeds, and what they would show."""
    if more.seeds is None:
        return say(
            _(
                "An effect of {effect} is too small against the chance between runs: more than a"
                " thousand runs an arm would be needed."
            ),
            effect=figure(more.effect),
        )
    if more.in_spreads:
        return say(
            _(
                "{seeds} more seeds of each arm would show an effect of {effect} standard"
                " deviations between runs in about {power} of studies."
            ),
            seeds=more.seeds,
            effect=figure(more.effect).removesuffix(".000"),
            power=percent(more.power),
        )
    return say(
        _("About {seeds} more seeds of each arm are needed to see an effect of {effect}."),
        seeds=more.seeds,
        effect=figure(more.effect),
    )


def says_guardrail(guard: Guardrail) -> Message:
    """One guardrail's sentence."""
    if guard.incomparable:
        return guard.incomparable
    told = _told(guard.decision)
    metric = guard.question.metric
    if guard.verdict == Verdict.WORSE:
        return say(_("{metric} got worse: {told}."), metric=metric, told=told)
    if guard.verdict == Verdict.IMPROVED:
        return say(_("{metric} got better: {told}."), metric=metric, told=told)
    if guard.verdict == Verdict.NO_DIFFERENCE:
        return say(_("{metric} did not change by what matters: {told}."), metric=metric, told=told)
    return say(_("Not known whether {metric} got worse: {told}."), metric=metric, told=told)


def signed(value: float) -> str:
    """An effect with its sign."""
    return figure(value) if value < 0 else f"+{figure(value)}"


def level_of(interval: Interval) -> str:
    return f"{100 * interval.level:g} %"


def _decided(answer: Answer) -> Message:
    decision = answer.decision
    interval = decision.interval
    smallest = answer.question.smallest
    return say(
        (DECIDED if interval else COUNTED)[decision.verdict],
        metric=answer.question.metric,
        before=answer.before.name,
        after=answer.after.name,
        effect=signed(decision.effect or 0.0),
        low=signed(interval.low) if interval else "",
        high=signed(interval.high) if interval else "",
        level=level_of(interval) if interval else "",
        p=figure(decision.p) if decision.p is not None else "",
        smallest=figure(smallest) if smallest is not None else "",
    )


def _undecided(answer: Answer) -> Message:
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
        metric=answer.question.metric,
        before=answer.before.name,
        after=answer.after.name,
        told=_told(answer.decision),
    )


def _one_each(answer: Answer) -> Message:
    """n = 1 in words: what is known and what is not."""
    return say(
        _(
            "Not enough evidence: {metric} is {one} in {before} and {other} in {after}, one run"
            " each. How far two runs of the same configuration lie apart is not known, so this is"
            " no evidence that the change made the difference."
        ),
        metric=answer.question.metric,
        before=answer.before.name,
        after=answer.after.name,
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
            metric=answer.question.metric,
            before=answer.before.name,
            after=answer.after.name,
            effect=signed(answer.decision.effect or 0.0),
            p=figure(answer.decision.p),
        )
    return say(
        _("Not enough evidence: {metric} of {after} is {told} against {before}."),
        metric=answer.question.metric,
        before=answer.before.name,
        after=answer.after.name,
        told=_told(answer.decision),
    )


def _told(decision: Decision) -> Message:
    """The effect with its interval, or that it has none."""
    if decision.effect is None:
        return say(_("an arm has no number of it"))
    if decision.interval is None:
        return say(_("{effect}, without an interval"), effect=signed(decision.effect))
    interval = decision.interval
    return say(
        _("{effect}, {low} to {high} at {level}"),
        effect=signed(interval.effect),
        low=signed(interval.low),
        high=signed(interval.high),
        level=level_of(interval),
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
