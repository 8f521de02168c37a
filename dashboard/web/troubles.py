"""The rules that speak against a run, named in a line."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.health.labels import LABELS
from dashboard.health.rules import RULES
from dashboard.runs.models import Run
from dashboard.search.models import Standing

NAMED = 2  # the others are counted
TITLES = {rule.name: rule.title.text for rule in RULES}


def title(rule: str) -> str:
    """In the reader's language; its name where this version does not have it."""
    return _(TITLES[rule]) if rule in TITLES else rule


def named(run: Run, against: Sequence[Standing]) -> SafeString | str:
    """Links to the first verdicts, and how many more there are; "" where nothing is wrong."""
    if not against:
        return ""
    address = f"{run.get_absolute_url()}?tab=verdicts"
    links = format_html_join(
        ", ",
        '<a class="verdict-{}" href="{}#{}">{}</a>',
        ((row.state, address, row.rule, title(row.rule)) for row in against[:NAMED]),
    )
    more = len(against) - NAMED
    rest = format_html(' <a class="muted" href="{}">+{}</a>', address, more) if more > 0 else ""
    words = "\n".join(f"{LABELS[row.state]}: {title(row.rule)}" for row in against)
    return format_html('<span class="troubles" title="{}">{}{}</span>', words, links, rest)
