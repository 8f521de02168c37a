"""docs/rules.md: the rules' docstrings as a page, with their measured false alarms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.health.figures import percent
from dashboard.health.rule import Rule
from dashboard.health.rules import RULES
from dashboard.health.statistics import clopper_pearson
from dashboard.places import ROOT

PAGE = ROOT / "docs" / "rules.md"
MEASURED = ROOT / "docs" / "false-alarms.json"

INTRO = """\
# The rules

<!-- Made by `python manage.py rules` from the rules' docstrings: edit those, then run it again. -->

Every run is judged by each of these rules, while it trains and when it ends. A verdict has one of
five states: **failing**, **warning**, **passing**, **not enough evidence** (what is missing, and
when it will be there) and **not applicable** (why). A rule that itself breaks is shown as such and
does not touch the others. A verdict says what was looked at, what was expected, since which step,
the likely causes, and offers one change of the configuration.

Curves are judged as they were logged, never as they are drawn. Trends are judged on means of
blocks, because neighbouring steps are alike; a loss is judged by the mean of many values, never by
one; nothing is judged before there is enough to judge.
"""

ALARMS = """\
## False alarms on healthy curves

{runs} simulated healthy runs of {steps} steps (`python tests/benchmarks/health_false_alarms.py`),
judged every {every} steps as they grow; a run counts when any rule ever warned or failed. Decaying
losses with noise of the stated relative standard deviation, alike from step to step by AR(1).

These curves are simulated, and the level that a loss started from and the test for divergence were
corrected on them: the figures are what the rules were made to do, not yet a measurement on
trainings that they had never seen.

| Noise | AR(1) | Runs | Failed | Warned | Warned at most (95 %) |
|---|---|---|---|---|---|
"""


def page(rules: tuple[Rule, ...] = RULES) -> str:
    parts = [INTRO, _alarms(_measured()), *(_section(rule) for rule in rules)]
    return "\n".join(part for part in parts if part)


def write() -> Path:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
    return PAGE


def _section(rule: Rule) -> str:
    head = f"## {rule.title.text}\n\n`{rule.name}` · {rule.id} · version {rule.version}\n"
    return f"{head}\n{rule.explanation}\n"


def _measured() -> Mapping[str, Any] | None:
    return json.loads(MEASURED.read_text()) if MEASURED.exists() else None


def _alarms(measured: Mapping[str, Any] | None) -> str:
    if measured is None:
        return ""
    rows = [_row(row) for row in measured["rows"]]
    return ALARMS.format(**measured) + "\n".join(rows) + "\n"


def _row(row: Mapping[str, Any]) -> str:
    runs, failed, warned = row["runs"], row["failed"], row["warned"]
    most = percent(clopper_pearson(warned, runs)[1])
    return (
        f"| {percent(row['noise'])} | {row['ar']} | {runs} | {percent(failed / runs)} |"
        f" {percent(warned / runs)} | {most} |"
    )
