"""What became of the fixes that were tried, in words: on the parent's verdict, on the child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.comparison.models import Trial
from dashboard.comparison.trials import Lack, Outcome, Primaries, Tried, follow
from dashboard.health.figures import figure
from dashboard.health.wording import tell, told
from dashboard.runs.models import Run

WORDS = {
    Outcome.STILL_TRAINS: gettext_lazy("still trains"),
    Outcome.CLEARED: gettext_lazy("cleared"),
    Outcome.CLEARED_BUT_WORSE: gettext_lazy("cleared, but the primary metric is worse"),
    Outcome.STILL_THERE: gettext_lazy("still there"),
    Outcome.NOT_ENOUGH: gettext_lazy("not enough evidence"),
}
MEANINGS = {
    Outcome.STILL_TRAINS: gettext_lazy("When the run has ended, the same rule is asked again."),
    Outcome.CLEARED: gettext_lazy(
        "The same rule passes, on as many steps as the failure took to show: the mechanism changed."
    ),
    Outcome.CLEARED_BUT_WORSE: gettext_lazy(
        "The same rule passes, on as many steps as the failure took to show; but the metric that"
        " decides got worse."
    ),
    Outcome.STILL_THERE: gettext_lazy(
        "The same rule still sees it: this change is not the cure, or not the whole of it."
    ),
}
LACKS = {
    Lack.PARENT_GONE: gettext_lazy("The run that had the verdict was deleted."),
    Lack.NOT_SEEN: gettext_lazy(
        "Judged again, the first run does not have the verdict any more: there is nothing to clear."
    ),
    Lack.ENDED_BADLY: gettext_lazy(
        "The run ended with an error, so a rule that is silent says nothing."
    ),
    Lack.NOT_JUDGED: gettext_lazy("The same rule could not judge this run."),
    Lack.SHORTER: gettext_lazy(
        "The same rule passes, but on fewer steps than the failure took to show."
    ),
}
ICONS = {
    Outcome.STILL_TRAINS: "waiting",
    Outcome.CLEARED: "pass",
    Outcome.CLEARED_BUT_WORSE: "warn",
    Outcome.STILL_THERE: "fail",
    Outcome.NOT_ENOUGH: "waiting",
}


@dataclass(frozen=True)
class Shown:
    """One trial in the reader's language. title: the verdict's; the rule's name where it is gone.

    icon: of a verdict's state, whose colour it has too.
    """

    run: Run
    parent: Run | None
    rule: str
    title: str
    outcome: str
    word: str
    meaning: str
    numbers: str
    icon: str


def shown(trials: Sequence[Trial]) -> list[Shown]:
    return [_shown(tried) for tried in follow(trials)]


def _shown(tried: Tried) -> Shown:
    title = tried.verdict.get("title") if tried.verdict else None
    return Shown(
        run=tried.run,
        parent=tried.parent,
        rule=tried.rule,
        title=told(title) or tried.rule,
        outcome=tried.outcome,
        word=str(WORDS[tried.outcome]),
        meaning=str(LACKS[tried.lack] if tried.lack else MEANINGS[tried.outcome]),
        numbers=_numbers(tried.primaries) if tried.primaries else "",
        icon=ICONS[tried.outcome],
    )


def _numbers(found: Primaries) -> str:
    if found.why:
        return tell(found.why)
    text = _(
        "%(metric)s: %(after)s, and %(before)s in the first run. One run each: this is no evidence"
        " that the change made the difference."
    )
    values = {"before": figure(found.before), "after": figure(found.after)}
    return text % {"metric": found.metric, **values}
