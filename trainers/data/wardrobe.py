"""What a digit pedestrian wears, and how that is said: 172,800 looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLOURS = ("red", "green", "blue", "yellow", "cyan", "magenta", "orange", "white")
PATTERNS = ("plain", "striped", "hooped", "checked")
LEGWEAR = ("trousers", "shorts", "skirt")
LEG_COLOURS = ("black", "brown", "navy", "olive", "grey", "purple")
BAGS = ("", "backpack", "handbag")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIZES = (100, len(PATTERNS), len(COLOURS), len(LEGWEAR), len(LEG_COLOURS), len(BAGS))
LOOKS = int(np.prod(SIZES))
WORDS = (
    *("a", "person", "in", "shirt", "with", "number", "and", "wears", "carries", "no", "bag"),
    *(*COLOURS, *PATTERNS, *LEGWEAR, *LEG_COLOURS, *BAGS[1:], *DIGITS),
)


@dataclass(frozen=True)
class Look:
    """number: on the shirt, 0 to 99; the others are indices into the tuples above."""

    number: int
    pattern: int
    colour: int
    legwear: int
    leg_colour: int
    bag: int

    @classmethod
    def of(cls, which: int) -> Look:
        """Look 0 to LOOKS - 1."""
        return cls(*(int(part) for part in np.unravel_index(which, SIZES)))

    @property
    def digits(self) -> tuple[int, int]:
        return self.number // 10, self.number % 10

    def caption(self, rng: np.random.Generator) -> str:
        """Said one way or another; one caption in four leaves the number out."""
        shirt = f"a {COLOURS[self.colour]} {PATTERNS[self.pattern]} shirt"
        legs = f"{LEG_COLOURS[self.leg_colour]} {LEGWEAR[self.legwear]}"
        bag = f"a {BAGS[self.bag]}" if self.bag else "no bag"
        tens, ones = self.digits
        number = f" with number {DIGITS[tens]} {DIGITS[ones]}" if rng.random() < 0.75 else ""
        if rng.random() < 0.5:
            return f"a person in {shirt}{number} and {legs} carries {bag}"
        return f"a person with {bag} wears {legs} and {shirt}{number}"


def looks(seed: int, split: str, how_many: int) -> list[Look]:
    """Different looks, none of them in both splits: training takes from one end, testing from
    the other.
    """
    order: NDArray[np.int64] = np.random.default_rng(seed).permutation(LOOKS)
    chosen = order[:how_many] if split == "train" else order[::-1][:how_many]
    return [Look.of(int(which)) for which in chosen]
