"""What is said of a query that cannot be read, and where in it the trouble is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]  # characters [from, to) of the query
NOWHERE: Span = (0, 0)


@dataclass(frozen=True)
class Hint:
    """A remark about a place of the query: an error, or a name that no run knows."""

    says: str
    span: Span
    near: Sequence[str] = ()  # what may have been meant, best first

    @property
    def caret(self) -> str:
        """Spaces and carets that stand under the place, one character a column."""
        start, end = self.span
        return " " * start + "^" * max(1, end - start)


class Misread(ValueError):
    """The query cannot be read; `hint` says why and where."""

    def __init__(self, says: str, span: Span, near: Sequence[str] = ()) -> None:
        self.hint = Hint(says, span, tuple(near))
        super().__init__(says)
