"""The source stories, as their studies came out: text for docs/studies.md.

The record is kept by tests/benchmarks/source_stories.py. Nothing is judged here.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.comparison.answer_words import LABELS
from dashboard.comparison.decision import Verdict
from dashboard.comparison.decision_words import signed
from dashboard.health.figures import figure

RECORD = Path(__file__).with_name("stories.json")

INTRODUCTION = """## The source stories, run for real

Written from the record of `python -m tests.benchmarks.source_stories`: three trainers' `before` \
against `after`, every arm with the same seeds, the fixes taken apart. The metric, the smallest \
effect that matters and the guardrails were fixed before the first run started. CPU, small models, \
short runs: what holds here need not hold at another scale. What a part does is what the whole fix \
loses without it or, with every combination, its average over all choices of the others; each \
interval is for itself, and the p are Holm's. [trainers.md](trainers.md) reads them beside the \
source reports.
"""


def stories(record: Path = RECORD) -> str:
    """All of them; OSError where the record is missing."""
    told = json.loads(record.read_text())
    return "\n\n".join([INTRODUCTION.rstrip(), *(_story(one) for one in told.values())]) + "\n"


def _story(told: Mapping[str, Any]) -> str:
    return "\n\n".join(filter(None, _blocks(told)))


def _blocks(told: Mapping[str, Any]) -> Iterator[str]:
    study, answer = told["study"], told["answer"]
    yield f"### {study['title']}"
    yield study["hypothesis"]
    yield from map(_answer, answer["comparisons"])
    yield _effects(answer["effects"])
    yield _arms(answer["arms"], told["alarms"], study["metric"])
    yield _differences(answer["comparisons"][0]["differences"])


def _answer(one: Mapping[str, Any]) -> str:
    lines = [f"**{LABELS[Verdict(one['verdict'])]}.** {one['says']} {one['why']}"]
    told = [*one["treated"], *one["notes"], *(guard["says"] for guard in one["guardrails"])]
    told += [one["more"]["says"]] if one["more"] else []
    return "\n".join([*lines, "", *(f"- {item}" for item in told)]).rstrip()


def _effects(effects: Sequence[Mapping[str, Any]]) -> str:
    if not effects:
        return ""
    heads = ["part", "effect", "interval", "p, by Holm"]
    rows = [[e["part"], _signed(e["effect"]), _interval(e), _p(e)] for e in effects]
    if all(effect["alone"] for effect in effects):
        heads += ["alone", "on top of the others"]
        rows = [
            [*row, _signed(e["alone"]["effect"]), _signed(e["on_top"]["effect"])]
            for row, e in zip(rows, effects, strict=True)
        ]
    return _table(heads, rows)


def _arms(
    arms: Sequence[Mapping[str, Any]], alarms: Mapping[str, Mapping[str, int]], metric: str
) -> str:
    """One row an arm: its numbers, and how many of its runs each rule failed or warned of."""
    rows = []
    for arm in arms:
        values, runs = arm["values"], len(arm["runs"])
        seen = [f"{rule} {count}/{runs}" for rule, count in alarms[arm["name"]].items()]
        rows.append([arm["name"], str(len(values)), _mean(values), ", ".join(seen) or "none"])
    return _table(["arm", "runs", f"`{metric}`, mean ± sd", "alarms"], rows)


def _differences(rows: Sequence[Mapping[str, Any]]) -> str:
    other = [row for row in rows if row["standing"] != "intended"]
    if not other:
        return "Between the first and the last arm nothing differs but what was meant to."
    told = ", ".join(f"`{row['name']}` ({row['standing']})" for row in other)
    return f"What else differs between the first and the last arm: {told}."


def _mean(values: Sequence[float]) -> str:
    if len(values) < 2:
        return figure(values[0]) if values else "–"
    return f"{figure(statistics.fmean(values))} ± {figure(statistics.stdev(values))}"


def _signed(value: float | None) -> str:
    return "–" if value is None else signed(value)


def _interval(effect: Mapping[str, Any]) -> str:
    found = effect["interval"]
    if found is None:
        return "–"
    return f"{signed(found['low'])} to {signed(found['high'])} ({100 * found['level']:.3g} %)"


def _p(effect: Mapping[str, Any]) -> str:
    return "–" if effect["adjusted_p"] is None else figure(effect["adjusted_p"])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows))
