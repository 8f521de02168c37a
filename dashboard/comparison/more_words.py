"""How many more seeds an undecided study asks for, in words."""

from __future__ import annotations

from dashboard.comparison.more import More
from dashboard.health.figures import figure, percent
from dashboard.health.rule import Message, gettext_noop, say

_ = gettext_noop


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
