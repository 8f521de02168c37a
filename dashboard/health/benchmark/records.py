"""What is kept of a training: the curves that rules read, to four digits, so that a change of a
rule can be scored on all of them within a minute.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.health.benchmark.plan import Order
from dashboard.metrics.series import Curves, Series

LEFT_OUT = ("time/left", "system/", "cache/bytes", "cache/corrupt", "cache/refused", "data/skipped")
EXACT = "region/logit_scale"  # the rules look at its bits
DIGITS = 4
STARTED = 1.7e9  # a run's clock is the sum of its steps' times, from some moment on


@dataclass(frozen=True)
class Record:
    """error: why the training ended before its time; seconds: of processor time, all told"""

    order: Order
    config: Mapping[str, Any]
    facts: Mapping[str, Any]
    curves: Curves
    error: str = ""

    @property
    def last_step(self) -> int:
        return max((int(curve.steps[-1]) for curve in self.curves.values()), default=0)


def line_of(order: Order, run_dir: Path, error: str) -> str:
    """A run directory as one line of JSON."""
    facts: dict[str, Any] = {}
    columns: dict[str, tuple[list[int], list[Any]]] = {}
    for event in map(json.loads, (run_dir / "events.jsonl").read_text().splitlines()):
        if event["kind"] == "facts":
            facts |= {k: _without_place(v) for k, v in event["values"].items()}
        elif event["kind"] == "scalars":
            for name, value in event["values"].items():
                if not name.startswith(LEFT_OUT):
                    steps, values = columns.setdefault(name, ([], []))
                    steps.append(event["step"])
                    values.append(_short(name, value))
    config = json.loads((run_dir / "config.json").read_text())["config"]
    config = {name: _without_place(value) for name, value in config.items()}
    grids, curves = _gridded(columns)
    told = {"order": order.as_json(), "config": config, "facts": facts, "error": error}
    return json.dumps({**told, "grids": grids, "curves": curves}, separators=(",", ":"))


def _without_place(value: Any) -> Any:
    """A path of the machine that trained is nobody else's business."""
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value


def _short(name: str, value: Any) -> Any:
    if isinstance(value, str) or name == EXACT:
        return value
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def _gridded(
    columns: Mapping[str, tuple[list[int], list[Any]]],
) -> tuple[list[list[int]], dict[str, list[Any]]]:
    """Curves that were logged at the same steps share these."""
    grids: list[list[int]] = []
    curves: dict[str, list[Any]] = {}
    for name, (steps, values) in columns.items():
        if steps not in grids:
            grids.append(steps)
        curves[name] = [grids.index(steps), values]
    return grids, curves


def record_of(line: str) -> Record:
    told = json.loads(line)
    grids = [np.asarray(steps, dtype=np.int64) for steps in told["grids"]]
    curves = {
        name: Series.of(grids[grid], [float(value) for value in values])
        for name, (grid, values) in told["curves"].items()
    }
    order = Order(**told["order"])
    return Record(order, told["config"], told["facts"], _timed(curves), told["error"])


def _timed(curves: Curves) -> Curves:
    """The same, at the moments that the steps' own times add up to."""
    steps = curves.get("time/step")
    if steps is None or not len(steps):
        return curves
    ends = STARTED + np.cumsum(steps.values)
    curves = {"time/cpu": steps, **curves}  # the clock of these trainings (trainers.faults.clock)
    return {
        name: Series(curve.steps, np.interp(curve.steps, steps.steps, ends), curve.values)
        for name, curve in curves.items()
    }


def read(folder: Path) -> Iterator[Record]:
    """All records that are kept in a folder."""
    for line in lines(folder):
        yield record_of(line)


def lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.jsonl.xz")):
        with lzma.open(path, "rt") as packed:
            yield from packed


def pack(path: Path, kept: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(line.rstrip("\n") + "\n" for line in kept)
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
