"""What is told, as values: from it each channel makes its own form. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """In the channel's language, but for `sentence`, which is English for programs to read."""

    id: str  # the same for each attempt of one delivery
    event: str  # "verdict", "news" or "test"
    at: str  # when the rule turned, or the news came; ISO 8601
    headline: str
    says: str
    sentence: str
    state: str  # fail, warn or news; "" in a test
    rule: str
    since_step: int | None
    remedy: str
    stops: str  # what follows for the run, where it is stopped for this
    run: str  # its id; "" where it is of no run
    run_name: str
    run_number: int | None
    project: str
    link: str  # "" where the app does not know how it is reached

    @property
    def text(self) -> str:
        """For people, in a few lines."""
        lines = (self.headline, self.says, self.stops, self.remedy, self.link)
        return "\n".join(line for line in lines if line)
