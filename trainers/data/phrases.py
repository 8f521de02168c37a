"""What a region of a digit scene is called: size, colour and digit in 240 phrases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

SIZES = ("small", "medium", "large")
COLOURS = ("red", "green", "blue", "yellow", "cyan", "magenta", "orange", "white")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COUNT = len(SIZES) * len(COLOURS) * len(DIGITS)
WORDS = ("a", "handwritten", "and", *SIZES, *COLOURS, *DIGITS)


@dataclass(frozen=True)
class Look:
    """What can be said of one digit in a scene; each field is an index into its tuple above."""

    size: int
    colour: int
    digit: int

    @classmethod
    def of(cls, phrase: int) -> Look:
        rest, digit = divmod(phrase, len(DIGITS))
        size, colour = divmod(rest, len(COLOURS))
        return cls(size, colour, digit)

    @property
    def phrase(self) -> int:
        """Number of the phrase, 0 to 239; equal for regions that read the same."""
        return (self.size * len(COLOURS) + self.colour) * len(DIGITS) + self.digit

    @property
    def text(self) -> str:
        return f"a {SIZES[self.size]} {COLOURS[self.colour]} handwritten {DIGITS[self.digit]}"

    @property
    def short(self) -> str:
        return f"{SIZES[self.size]} {COLOURS[self.colour]} {DIGITS[self.digit]}"


def every_phrase() -> list[str]:
    return [Look.of(phrase).text for phrase in range(COUNT)]


HARD_NEGATIVES = 10  # of a phrase, as FG-CLIP's data have them


@cache
def hard_negatives(phrase: int) -> tuple[str, ...]:
    """Phrases that differ from this one in a single word; the same ones whenever it is asked."""
    look = Look.of(phrase)
    swapped = [replace(look, size=other) for other in range(len(SIZES)) if other != look.size]
    swapped += [replace(look, colour=c) for c in range(len(COLOURS)) if c != look.colour]
    swapped += [replace(look, digit=other) for other in range(len(DIGITS)) if other != look.digit]
    order = np.random.default_rng((phrase, len(swapped))).permutation(len(swapped))
    return tuple(swapped[place].text for place in order[:HARD_NEGATIVES])
