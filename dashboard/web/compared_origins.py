"""What runs were made of, side by side: configuration, code, packages, machine, data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.comparison import ledger
from dashboard.comparison.ledger import Entry
from dashboard.runs.models import Run
from dashboard.runs.origin import NEW_FILES, origin

HASH = 12  # digits of a hash that tell it from all others
# By section: the parts of an origin that it shows. A part that is one mapping goes by its keys.
SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("Configuration"), ("config",)),
    (gettext_lazy("Trainer and seed"), ("trainer", "seed", "processes")),
    (gettext_lazy("Code"), ("code",)),
    (gettext_lazy("Data"), ("data",)),
    (gettext_lazy("Machine and GPU"), ("machine", "device", "environment")),
    (gettext_lazy("Packages"), ("python", "packages")),
)


@dataclass(frozen=True)
class Section:
    title: str | Promise
    entries: Sequence[Entry]

    @property
    def differing(self) -> int:
        return sum(entry.differs for entry in self.entries)


def sections(runs: Sequence[Run]) -> list[Section]:
    """Those of which any run tells something."""
    told = [_readable(origin(run)) for run in runs]
    found = [
        Section(title, ledger.entries([_part(one, parts) for one in told]))
        for title, parts in SECTIONS
    ]
    return [section for section in found if section.entries]


def _part(told: Mapping[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        if part in told:
            value = told[part]
            found |= value if isinstance(value, Mapping) else {part: value}
    return found


def _readable(told: Mapping[str, Any]) -> dict[str, Any]:
    """Hashes short, and a work tree that has none by what it is."""
    code = {name: str(value)[:HASH] for name, value in told.get("code", {}).items()}
    words = {"": _("no uncommitted changes"), NEW_FILES: _("new files, not committed")}
    if (edits := code.get("diff_sha256")) in words:
        code["diff_sha256"] = words[edits]
    return {**told, "code": code}
