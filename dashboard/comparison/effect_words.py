"""What each part of a fix is worth, in words: for the page and the report."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from dashboard.comparison.attribution import Effect, Worth
from dashboard.comparison.decision_words import level_of, signed
from dashboard.comparison.models import Design
from dashboard.health.figures import figure

NONE = "–"


def meaning(design: str) -> str:
    """What the numbers are."""
    if design == Design.FACTORIAL:
        return _(
            "Effect: with the part less without it, averaged over every choice of the others."
            " Alone: added to none of the others; on top: added to all of them. Where these two"
            " differ, the parts work together and the average says little."
        )
    return _("Effect: the whole fix less the fix without the part.")


def heads(effects: Sequence[Effect]) -> list[str]:
    always = [_("Part"), _("Effect"), _("Interval"), _("Level"), _("p, by Holm")]
    return [*always, _("Alone"), _("On top of the others")] if _is_factorial(effects) else always


def rows(effects: Sequence[Effect]) -> list[list[str]]:
    """One a part, a cell for each head."""
    return [_row(one) + (_beside(one) if _is_factorial(effects) else []) for one in effects]


def _is_factorial(effects: Sequence[Effect]) -> bool:
    return any(one.alone for one in effects)


def _row(one: Effect) -> list[str]:
    worth, interval = one.worth, one.worth.interval
    return [
        one.part,
        NONE if worth.effect is None else signed(worth.effect),
        f"{signed(interval.low)} … {signed(interval.high)}" if interval else NONE,
        level_of(interval) if interval else NONE,
        NONE if one.adjusted_p is None else figure(one.adjusted_p),
    ]


def _beside(one: Effect) -> list[str]:
    return [_brief(one.alone), _brief(one.on_top)]


def _brief(worth: Worth | None) -> str:
    if worth is None or worth.effect is None:
        return NONE
    told, interval = signed(worth.effect), worth.interval
    return f"{told} ({signed(interval.low)} … {signed(interval.high)})" if interval else told
