"""The fixes that a trainer knows, against what the form holds now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from dashboard.health.rule import Rule
from dashboard.health.rules import RULES
from dashboard.health.wording import explained
from dashboard.web.forms import alike, as_text
from trainers.config import Fix, Trainer

KEPT = ("preset", "clone", "patch", "fix")  # of the address, when a fix is added to it


@dataclass(frozen=True)
class Change:
    """One line of a fix's diff."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Offer:
    """A fix as the page shows it. held: the form has it already; rule: None where none sees it."""

    fix: Fix
    changes: list[Change]
    held: bool
    rule: Rule | None
    address: str

    @property
    def explained(self) -> list[str]:
        """The rule's own page, by paragraph."""
        return explained(self.rule) if self.rule else []


def offers(trainer: Trainer, now: Mapping[str, Any], asked: QueryDict) -> list[Offer]:
    """Those first that would change the form.

    now: the form's present values; asked: the address that the form was opened by.
    """
    rules = {rule.name: rule for rule in RULES}
    found = [_offer(fix, now, asked, rules.get(fix.rule)) for fix in trainer.fixes]
    return sorted(found, key=lambda offer: offer.held)


def _offer(fix: Fix, now: Mapping[str, Any], asked: QueryDict, rule: Rule | None) -> Offer:
    changes = [Change(name, now.get(name), new) for name, new in fix.patch.items()]
    held = all(alike(as_text(change.old), as_text(change.new)) for change in changes)
    return Offer(fix, changes, held, rule, _address(asked, fix.name))


def _address(asked: QueryDict, name: str) -> str:
    query = QueryDict(mutable=True)
    for key in KEPT:
        query.setlist(key, asked.getlist(key))
    query.appendlist("fix", name)
    return f"?{query.urlencode()}"
