"""Train, judge, repair, count: the benchmark from its orders to its summary."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from dashboard.health.benchmark import plan, records
from dashboard.health.benchmark.effect import Twins, twins
from dashboard.health.benchmark.plan import Order, Size
from dashboard.health.benchmark.records import Record
from dashboard.health.benchmark.scoring import Outcome, outcome
from dashboard.health.benchmark.summary import Case, cases
from dashboard.health.benchmark.training import train_all
from dashboard.places import ROOT
from trainers.catalog import BUILT_IN
from trainers.faults.catalogue import FAULTS

RECORDED = ROOT / "tests" / "health" / "benchmark"
JOURNAL = "trained.jsonl"
AT_ONCE = 8  # records that a judging process takes at a time


def trained(journal: Path) -> dict[str, str]:
    """The lines of a journal by their keys; a torn last line is as if it were not there."""
    if not journal.exists():
        return {}
    lines = journal.read_text().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    return {json.loads(line)["order"]["key"]: line for line in whole}


def train(orders: Iterable[Order], journal: Path, *, at_once: int) -> int:
    """Train what the journal lacks, each noted as soon as it is done; how many there were."""
    done = trained(journal)
    missing = [order for order in orders if order.key not in done]
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text("".join(done.values()))
    with journal.open("a") as file:

        def keep(_order: Order, line: str) -> None:
            file.write(line + "\n")
            file.flush()

        train_all(missing, keep, at_once=at_once)
    return len(missing)


def judged(lines: Iterable[str], *, at_once: int) -> dict[str, tuple[Outcome, Outcome]]:
    """By key, with all telemetry and from the loss curves alone."""
    with ProcessPoolExecutor(at_once) as pool:
        return dict(pool.map(_judged, lines, chunksize=AT_ONCE))


def _judged(line: str) -> tuple[str, tuple[Outcome, Outcome]]:
    record = records.record_of(line)
    trainer = BUILT_IN[record.order.trainer]
    return record.order.key, (outcome(record, trainer), outcome(record, trainer, "losses"))


def repairs(
    found: Mapping[str, Record], judged: Mapping[str, tuple[Outcome, Outcome]]
) -> list[Order]:
    """What is to be trained again with the change that its first verdict offers."""
    own = all_twins(found)
    wanted = []
    for key, record in found.items():
        order = record.order
        if order.role != "fault" or not FAULTS[order.fault].by_configuration:
            continue
        first = judged[key][0].first
        if first and first["patch"] and own[order.trainer].is_harmed(record):
            wanted.append(plan.repair(order, first["patch"]))
    return wanted


def all_twins(found: Mapping[str, Record]) -> dict[str, Twins]:
    return {name: twins(found.values(), BUILT_IN[name]) for name in plan.TRAINERS}


def counted(lines: Mapping[str, str], *, at_once: int) -> tuple[list[Case], dict[str, Twins]]:
    found = {key: records.record_of(line) for key, line in lines.items()}
    own = all_twins(found)
    return cases(found, judged(lines.values(), at_once=at_once), own), own


def pack(lines: Mapping[str, str], folder: Path = RECORDED) -> None:
    """One file a trainer and split: what git keeps."""
    groups: dict[str, list[str]] = {}
    for line in lines.values():
        order = json.loads(line)["order"]
        groups.setdefault(f"{order['trainer']}-{order['split']}", []).append(line)
    for name, group in groups.items():
        records.pack(folder / f"{name}.jsonl.xz", group)


def unpacked(folder: Path = RECORDED) -> dict[str, str]:
    return {json.loads(line)["order"]["key"]: line for line in records.lines(folder)}


def size_named(name: str) -> Size:
    return plan.FULL if name == "full" else plan.QUICK
