"""Numbers as they stand in messages: the same in every language."""

from __future__ import annotations

import math


def figure(value: float) -> str:
    """Three or four significant digits; NaN and Infinity as the rest of the house writes them."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if 0.01 <= abs(value) < 1000:
        return f"{value:.3f}"
    return f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def percent(share: float) -> str:
    """Enough digits that a small share is not written as zero."""
    if share == 0 or abs(share) >= 0.1:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.1f} %" if abs(share) >= 0.001 else f"{100 * share:.2g} %"


def plain(value: float) -> str:
    """As a setting is written: 1,000,000 and 0.001."""
    return f"{value:,.10g}"
