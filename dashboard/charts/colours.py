"""A run's ink: stable, told apart by colour-blind eyes, 3:1 on white. Dark pages use --run-N."""

from __future__ import annotations

# Kept equal to --run-0 … --run-9 of static/css/tokens.css; a test holds the two together.
PALETTE = (
    "#0072b2",
    "#d55e00",
    "#00875a",
    "#8b4fc4",
    "#9a6b00",
    "#c44f93",
    "#2b8fc9",
    "#515b6d",
    "#a3162a",
    "#6b7700",
)
DASHES = ("solid", "dash", "dot", "dashdot")  # the second ten runs look unlike the first


def ink(number: int) -> int:
    """The palette's index for a run's number (1, 2, 3 …)."""
    return (number - 1) % len(PALETTE)


def dash(number: int) -> str:
    return DASHES[(number - 1) // len(PALETTE) % len(DASHES)]
