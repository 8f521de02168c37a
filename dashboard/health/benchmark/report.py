"""docs/health-benchmark.md: the summary as a page, with its targets beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.health.figures import percent
from dashboard.health.statistics import clopper_pearson
from trainers.catalog import BUILT_IN

Numbers = Mapping[str, Any]

LOOK_EVERY = 1.5  # seconds at least from one look at a running run to the next

INTRO = """\
# How often the verdicts are right

<!-- Made by `python manage.py benchmark_health`: change that, then run it again. -->

The three trainers, trained for real on a CPU: {healthy} healthy runs of many kinds and {faulty}
runs with {kinds} kinds of faults in them, judged every {every} steps as they grew, as an
installation judges them. Every faulty run has a healthy twin with the same seed and data order; a
fault is *effective* where the held-out score fell by more than two standard deviations between
seeds (or the loss is not finite), where a step took 15 % longer, or where the defect is one by what
it is, such as another configuration's checkpoint. A fault without effect is no fault to be found:
those runs are counted apart.

Kinds of faults and healthy runs of the **test** split were not looked at when rules were changed.
Rules were changed on the **dev** split: its figures say what they were made to do. Both splits have
the same three trainers and were written by the authors of the rules, so they say nothing of other
models, sizes or data, and less of faults that nobody thought of. Runs are short ({steps} optimizer
steps of some hundredths of a second), on digits. Times are those of the process's own processor
clock, as the runs shared their machine. Intervals are Clopper-Pearson's, 95 %.

`python manage.py benchmark_health --score` judges the recorded runs again, in about a minute;
`python manage.py benchmark_health --size full` trains them again, in about an hour of two cores.
"""

WHY = """\
## Where targets are missed, and why

- **Recall** on the test split. Not found: identities drawn anew for every batch, one batch again
  and again in box refinement, whole captions shuffled, a bank overwritten by noise. What they spoil
  is in no curve that a rule compares: the score still rises, only less than it could, and a single
  run does not know what it could have been. Comparing with a twin would; that is what studies are
  for.
- **From loss curves alone** most faults are invisible: the loss falls. What a loss alone shows is a
  value that is not finite, a part that is lost, and a standstill.
- **Delay**: rules on held-out scores wait for two evaluations and for step 100 of these 150.
- **First cause**: no rule knows of inputs that differ between training and evaluation, of features
  of other images, or of weights that are loaded anew. They are found by what follows and blamed on
  the learning rate, and say that what is logged does not tell causes apart.
- **Repair** on the dev split: a learning rate that is wrong by a factor of 100 or 10,000 is offered
  another by a factor of 10 only; early stopping does not give more data.
- **Judging**: the row above is of these short curves. A run of an hour or more with 40 curves and
  its store costs more ([performance.md](performance.md), "Judging").
"""

HISTORY = """\
## What was measured before

A first round held out 26 of the kinds that now stand under dev. On 62 effective runs of them the
rules of that day found 47 (76 %, 95 %: 63 % to 86 %), and their first cause was the fault in 35
(56 %, 43 % to 69 %). Not found were a warm-up longer than the run, a temperature of 0.005, shuffled
pairs of the SDM task, a step that takes a fifth longer on a CPU, and eight images to train on.
Rules were then changed, so those kinds measure nothing any more; the kinds under test came after.

Of 226 healthy runs that were held out then, 11 alarmed (4.9 %, 2.5 % to 8.5 %) and 8 of these
failed (3.5 %, 1.5 % to 6.9 %): seven because a part of the loss that was learnt to the last digit
rounds to exactly 0, which was taken for a swallowed error. That was mended, and a plateau of
trained weights is a remark; the first 250 runs that were held out count as dev since.
"""

HEALTHY = """\
## False alarms by rule

On all healthy runs of both splits that the rule could judge; a run counts where the rule ever
alarmed while it grew. Rules without a line had nothing to judge in these trainings.

| Rule | Healthy runs | Alarms | of these failures | at most (95 %) | Remarks |
|---|---|---|---|---|---|
"""

FAULTS = """\
## Fault by fault

Found, named and repaired are of the effective runs. *Named*: the first cause of the verdict that
stands first is the fault. *Repaired*: the run was trained again with the change that this verdict
offers, and the effect was gone; tried where a change of the configuration could mend it and one was
offered.

| Fault | Split | Effective | Found | Median delay | Named | Repaired | First verdict |
|---|---|---|---|---|---|---|---|
"""


def page(found: Numbers, steps: int) -> str:
    splits = found["splits"]
    healthy = sum(split["healthy"] for split in splits.values())
    parts = [
        INTRO.format(
            healthy=healthy,
            faulty=found["runs"] - healthy,
            kinds=len([fault for fault in found["faults"] if fault]),
            every=int(found["overhead"]["every"]),
            steps=steps,
        ),
        _targets("test", splits["test"], found["overhead"]),
        _targets("dev", splits["dev"], found["overhead"]),
        FAULTS + "\n".join(_fault_rows(found["faults"])) + "\n",
        HEALTHY + "\n".join(_rule_rows(found["rules"])) + "\n",
        _spread(found["spread"]),
        WHY,
        HISTORY,
    ]
    return "\n".join(parts)


def _targets(name: str, split: Numbers, overhead: Numbers) -> str:
    rows = [
        "| | Target | Measured | 95 % interval | |",
        "|---|---|---|---|---|",
        _at_most("Healthy runs with a failing verdict", 0.02, split["failed"], split["healthy"]),
        _at_most("Healthy runs with any alarm", 0.05, split["alarmed"], split["healthy"]),
        _at_least(
            "Precision: alarmed runs that have an effective fault",
            0.95,
            split["found"],
            split["found"] + split["alarmed"],
        ),
        _at_least("Recall on effective faults", 0.90, split["found"], split["effective"]),
        _at_least(
            "Recall from loss curves alone", 0.75, split["found_by_losses"], split["effective"]
        ),
        _delay(split["median_delay"]),
        _at_least("First cause is the fault", 0.80, split["named"], split["effective"]),
        _at_least(
            "Repaired, of faults in the configuration", 0.70, split["repaired"], split["mendable"]
        ),
        _overhead(overhead),
        _harmless(split),
        _without_telemetry(split),
    ]
    head = f"## The {name} split\n\n{split['healthy']} healthy runs, {split['effective']} with"
    return f"{head} an effective fault, {split['harmless']} with one without effect.\n\n" + (
        "\n".join(rows) + "\n"
    )


def _at_most(what: str, target: float, hits: int, runs: int) -> str:
    met = bool(runs) and hits / runs <= target
    return _row(what, f"≤ {percent(target)}", hits, runs, met=met)


def _at_least(what: str, target: float, hits: int, runs: int) -> str:
    return _row(what, f"≥ {target:.2f}", hits, runs, met=bool(runs) and hits / runs >= target)


def _row(what: str, target: str, hits: int, runs: int, *, met: bool) -> str:
    if not runs:
        return f"| {what} | {target} | no runs | | |"
    low, high = clopper_pearson(hits, runs)
    share = f"{hits} of {runs}: {percent(hits / runs)}"
    return f"| {what} | {target} | {share} | {percent(low)} to {percent(high)} | {_met(met)} |"


def _met(met: bool) -> str:  # noqa: FBT001 - a word for a truth
    return "met" if met else "**missed**"


def _delay(steps: float | None) -> str:
    told = "never, in half of the runs" if steps is None else f"{steps:g} steps"
    met = steps is not None and steps <= 60
    return f"| Median delay from the onset | ≤ 60 steps | {told} | | {_met(met)} |"


def _overhead(overhead: Numbers) -> str:
    share = overhead["look"] / LOOK_EVERY
    told = (
        f"{1000 * overhead['look']:.1f} ms a look, at most one in {LOOK_EVERY} s: {percent(share)}"
    )
    return f"| Judging these short runs, of one core | ≤ 1 % | {told} | | {_met(share <= 0.01)} |"


def _harmless(split: Numbers) -> str:
    told = f"{split['harmless_alarmed']} of {split['harmless']}"
    return f"| Faults without effect that were told of all the same | | {told} | | |"


def _without_telemetry(split: Numbers) -> str:
    told = f"{split['alarmed_by_losses']} of {split['healthy']}"
    return f"| Healthy runs with any alarm, from loss curves alone | | {told} | | |"


def _fault_rows(faults: list[Numbers]) -> Iterator[str]:
    for row in faults:
        if not row:
            continue
        count = row["effective"]
        delay = row["median_delay"]
        told = "-" if delay is None or not count else f"{delay:g}"
        repaired = f"{row['repaired']} of {row['tried']}" if row["tried"] else "-"
        found = f"{row['found']} of {count}" if count else f"(silent in {_silent(row)})"
        named = f"{row['named']} of {count}" if count else "-"
        yield (
            f"| {row['says']} ({BUILT_IN[row['trainer']].title}) | {row['split']} |"
            f" {count} of {row['runs']} | {found} | {told} | {named} | {repaired} |"
            f" {'`' + row['by'] + '`' if row['by'] else '-'} |"
        )


def _silent(row: Numbers) -> str:
    return f"{row['runs'] - row['harmless_found']} of {row['runs']}"


def _rule_rows(rules: Numbers) -> Iterator[str]:
    for name, row in rules.items():
        runs, alarms = row["healthy_runs"], row["false_alarms"]
        if runs:
            most = percent(clopper_pearson(alarms, runs)[1])
            yield f"| `{name}` | {runs} | {alarms} | {row['failed']} | {most} | {row['remarks']} |"


def _spread(spread: Numbers) -> str:
    told = ", ".join(
        f"{BUILT_IN[name].title} {value:.4f}" for name, value in spread.items() if _known(value)
    )
    return f"Standard deviation of the held-out score between seeds: {told}.\n"


def _known(value: float) -> bool:
    return math.isfinite(value)
