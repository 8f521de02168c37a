"""docs/rules.md: the rules' docstrings as a page, with their measured false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.health import measured
from dashboard.health.figures import percent, plain
from dashboard.health.rule import Rule
from dashboard.health.rules import RULES
from dashboard.health.statistics import clopper_pearson
from dashboard.places import ROOT

PAGE = ROOT / "docs" / "rules.md"

INTRO = """\
# The rules

<!-- Made by `python manage.py rules` from the rules' docstrings: edit those, then run it again. -->

Every run is judged by each of these rules, while it trains and when it ends. A verdict has one of
five states: **failing**, **warning**, **passing**, **not enough evidence** (what is missing, and
when it will be there) and **not applicable** (why). A rule that itself breaks is shown as such and
does not touch the others. A verdict says what was looked at, what was expected, since which step,
the likely causes, and offers one change of the configuration.

A finding of a rule whose errors have not been measured on real runs is a **remark**: it is shown
with a passing verdict, with its evidence and its causes, and does not count against the run. So is
what a rule saw where something else explains it as well.

Curves are judged as they were logged, never as they are drawn. Trends are judged on means of
blocks, because neighbouring steps are alike; a loss is judged by the mean of many values, never by
one; nothing is judged before there is enough to judge.
"""

ALARMS = """\
## False alarms on healthy curves

{runs} simulated healthy runs of {steps} steps (`python tests/benchmarks/health_false_alarms.py`),
judged every {every} steps as they grow; a run counts when any rule ever warned or failed. Decaying
losses with noise of the stated relative standard deviation, alike from step to step by AR(1);
beside them all that the trainers log, as a healthy run logs it. How often each single rule alarmed
is said where it is explained.

These curves are simulated, and the level that a loss started from and the test for divergence were
corrected on them: the figures are what the rules were made to do, not yet a measurement on
trainings that they had never seen.

| Noise | AR(1) | Runs | Failed | Warned | Warned at most (95 %) |
|---|---|---|---|---|---|
"""


def page(rules: tuple[Rule, ...] = RULES) -> str:
    sections = [_section(rule, _errors(rule)) for rule in rules]
    parts = [INTRO, _alarms(measured.read(measured.SIMULATED)), *sections]
    return "\n".join(part for part in parts if part)


def write() -> Path:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
    return PAGE


def _section(rule: Rule, errors: str) -> str:
    kind = " · a remark" if rule.weight == "remark" else ""
    head = f"## {rule.title.text}\n\n`{rule.name}` · {rule.id} · version {rule.version}{kind}\n"
    return f"{head}\n{rule.explanation}\n{_thresholds(rule)}{errors}"


def _thresholds(rule: Rule) -> str:
    """What a project may choose otherwise."""
    if not rule.thresholds:
        return ""
    rows = [
        f"| `{t.name}` | {t.says} | {plain(t.default)} | {plain(t.low)} to {plain(t.high)} |"
        for t in rule.thresholds
    ]
    head = "\n| Threshold | What it decides | Default | Range |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _errors(rule: Rule) -> str:
    """How often it alarmed on the simulated healthy runs that it could judge."""
    rate = measured.simulated(rule.name)
    if rate is None:
        return "\nNot measured on simulated healthy runs: they hold nothing that it judges.\n"
    alarms = f"{rate.alarms} alarms and {rate.remarks} remarks in {rate.runs} runs"
    return f"\nSimulated healthy runs: {alarms} (95 %: alarms in at most {percent(rate.most)}).\n"


def _alarms(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    rows = [_row(row) for row in found["rows"]]
    return ALARMS.format(**found) + "\n".join(rows) + "\n"


def _row(row: Mapping[str, Any]) -> str:
    runs, failed, warned = row["runs"], row["failed"], row["warned"]
    most = percent(clopper_pearson(warned, runs)[1])
    return (
        f"| {percent(row['noise'])} | {row['ar']} | {runs} | {percent(failed / runs)} |"
        f" {percent(warned / runs)} | {most} |"
    )
