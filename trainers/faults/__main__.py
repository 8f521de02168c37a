"""Train what standard input asks for, order by order: python -m trainers.faults

A line in is {"run_dir", "trainer", "config", "seed", "fault", "interrupt_at"}; a line out
{"run_dir", "error"}. The processes that import torch stay, as that takes longer than a short run.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from trainers.catalog import TRAINERS
from trainers.config import complete
from trainers.faults import clock
from trainers.faults.catalogue import FAULTS
from trainers.faults.fault import Fault
from trainers.loop import fit, stopwatch
from trainers.recorder import Recorder

CLOCK = SimpleNamespace(perf_counter=clock.perf_counter, process_time=clock.perf_counter)
FIRST_STEPS = 20  # of the training whose checkpoint another goes on from


class Interrupted(Recorder):
    """Asks for a stop after `at` optimizer steps."""

    def __init__(self, run_dir: Path, at: int) -> None:
        super().__init__(run_dir)
        self.at = at

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        self._step = step
        super().scalars(step, values)

    def should_stop(self) -> bool:
        return getattr(self, "_step", 0) >= self.at or super().should_stop()


def main() -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr
    logging.disable(logging.INFO)
    for line in sys.stdin:
        order = json.loads(line)
        answers.write(json.dumps({"run_dir": order["run_dir"], "error": _error(order)}) + "\n")
        answers.flush()


def _error(order: Mapping[str, Any]) -> str:
    """Why the training ended before its time; "" where it did not. A fault may well break it."""
    try:
        train(order)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def train(order: Mapping[str, Any]) -> None:
    fault = FAULTS.get(order.get("fault") or "")
    run_dir = Path(order["run_dir"])
    config = dict(order["config"])
    if fault and "first" in fault.options:
        config["resume_from"] = str(_first(order, fault.options["first"]))
    if at := order.get("interrupt_at"):
        with Interrupted(run_dir, at) as recorder:
            _train(order, config, fault, recorder)
    with Recorder(run_dir) as recorder:
        _train(order, config, fault, recorder)


def _first(order: Mapping[str, Any], changes: Mapping[str, Any]) -> Path:
    """The checkpoint of a short training with other settings."""
    run_dir = Path(f"{order['run_dir']}-first")
    shutil.rmtree(run_dir, ignore_errors=True)
    config = {**order["config"], **changes, "steps": FIRST_STEPS, "checkpoint_every": FIRST_STEPS}
    with Recorder(run_dir) as recorder:
        _train(order, config, None, recorder)
    return max((run_dir / "checkpoints").iterdir())


def _train(
    order: Mapping[str, Any], values: Mapping[str, Any], fault: Fault | None, recorder: Recorder
) -> None:
    trainer = TRAINERS[order["trainer"]]
    config = complete(trainer, "", values)
    (recorder.run_dir / "config.json").write_text(
        json.dumps({"config": config.model_dump(mode="json")})
    )
    module, _, name = trainer.entry.partition(":")
    entry: Callable[..., None] = getattr(import_module(module), name)
    with patch.object(stopwatch, "time", CLOCK), patch.object(fit, "Loop", _loop(fault)):
        entry(config, recorder=recorder, run_dir=recorder.run_dir, seed=order["seed"])


def _loop(fault: Fault | None) -> Callable[..., fit.Loop]:
    made = fit.Loop

    def with_fault(*given: Any) -> fit.Loop:
        loop = made(*given)
        loop.task.samples = list  # type: ignore[method-assign]  # pictures take time, and no rule looks at them
        if fault and fault.injection:
            options = {k: v for k, v in fault.options.items() if k != "first"}
            injection(fault.injection)(loop, fault.onset, **options)
        return loop

    return with_fault


def injection(place: str) -> Callable[..., None]:
    """place: module.function of injections/"""
    name, _, function = place.partition(".")
    module = import_module(f"trainers.faults.injections.{name}")
    found: Callable[..., None] = getattr(module, function)
    return found


if __name__ == "__main__":
    main()
