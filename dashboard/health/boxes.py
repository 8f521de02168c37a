"""Counting boxes: how many are invalid, how many of them the filter left in, and why they are."""

from __future__ import annotations

from dashboard.health.counting import counted
from dashboard.health.rule import Context, Message, gettext_noop, say
from dashboard.metrics.series import Series

_ = gettext_noop

REASONS = {
    "not_positive": _(
        "Width or height not positive ({count} boxes): reversed corners, zero area, or"
        " x, y, width, height read as corners."
    ),
    "outside": _("Wholly outside of the image ({count} boxes): coordinates below 0 or above 1."),
    "pixel_units": _("Pixel coordinates ({count} boxes) where shares of the image are expected."),
    "padding": _("Padding (0, 0, 0, 0) ({count} boxes) that takes part: check the mask first."),
    "not_finite": _("NaN or infinite coordinates ({count} boxes)."),
}


def total(curve: Series) -> int:
    """The sum of a counting curve's finite values; what is no count is held within bounds."""
    return round(counted(curve.finite.values))


def above_zero(curve: Series) -> Series:
    mask = curve.finite.values > 0
    finite = curve.finite
    return Series(finite.steps[mask], finite.times[mask], finite.values[mask])


def reasons(context: Context) -> tuple[Message, ...]:
    """Why boxes are invalid, the most frequent reason first."""
    counts = {name: context.total(f"region/boxes_invalid/{name}") for name in REASONS}
    found = sorted((name for name in counts if counts[name] > 0), key=lambda name: -counts[name])
    return tuple(say(REASONS[name], count=counts[name]) for name in found)
