"""Train by hand or from the dashboard: python -m trainers NAME --run-dir DIR.

Exit codes: 0 finished or stopped, 2 bad input (one line on stderr says what), 1 failed.

Where the configuration asks for several processes, it starts itself as often, by torchrun
(trainers.loop.torchrun); each of these, also where torchrun was started by hand, comes by here
again.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from trainers import config_file, snapshot
from trainers.catalog import TRAINERS
from trainers.config import Config, ConfigError, Trainer, complete
from trainers.describe import Describe
from trainers.errors import BadInput
from trainers.loop import workers
from trainers.recorder import Listener, Recorder

CONFIG = "config.json"
BAD_INPUT = 2
SEEDS = 2**63


@dataclass(frozen=True)
class Order:
    """What is to be trained, as config.json holds it."""

    trainer: Trainer
    config: Config
    seed: int

    def __post_init__(self) -> None:
        if not 0 <= self.seed < SEEDS:
            raise BadInput(f"seed: {self.seed} is out of range; take one from 0 to {SEEDS - 1}")

    @property
    def processes(self) -> int:
        """How many train together; 1 for trainers that know no others."""
        return int(getattr(self.config, "processes", 1))

    def as_json(self) -> str:
        values = {
            "trainer": self.trainer.name,
            "seed": self.seed,
            "config": self.config.model_dump(mode="json"),
        }
        return json.dumps(values, indent=2) + "\n"


def main(arguments: Sequence[str] | None = None, module: str = "trainers") -> int:
    """module: what several processes are started from, `python -m module`."""
    level = logging.INFO if workers.rank() == 0 else logging.WARNING
    logging.basicConfig(stream=sys.stdout, level=level, format="%(message)s")
    try:
        if workers.is_worker():
            _work(arguments)
        return _main(arguments, module)
    except BadInput as error:
        workers.say(BAD_INPUT, str(error))
        sys.stderr.write(f"error: {error}\n")
        return BAD_INPUT


def _main(arguments: Sequence[str] | None, module: str) -> int:
    given = _parser().parse_args(arguments)
    run_dir = Path(given.run_dir)
    order = _order(given, run_dir)
    if order.processes > 1:
        from trainers.loop import torchrun  # it takes torch along, which other orders may not need

        command = ("-m", module, order.trainer.name, "--run-dir", str(run_dir))
        return torchrun.train(command, run_dir, order.processes)
    with _recorder(run_dir) as recorder:
        return _train(order, run_dir, recorder)


def _work(arguments: Sequence[str] | None) -> NoReturn:
    """As one of several processes. The first one alone writes; the others read its order."""
    workers.die_with_parent()
    given = _parser().parse_args(arguments)
    run_dir = Path(given.run_dir)
    order = _shared_order(given, run_dir)
    try:
        with _recorder(run_dir) if workers.rank() == 0 else Listener(run_dir) as recorder:
            code = _train(order, run_dir, recorder)
    except BadInput:
        raise
    except Exception as error:
        workers.say(1, f"{type(error).__name__}: {error}")
        raise
    workers.say(code)
    _leave(code)


def _leave(code: int) -> NoReturn:
    """Everything is written and closed by now.

    Without Python's own end: there, a thread of torch's process group once aborted a process whose
    work was done, and torchrun called the whole run failed.
    """
    from trainers.loop import distributed  # loaded by the training already

    distributed.end()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _shared_order(given: argparse.Namespace, run_dir: Path) -> Order:
    """BadInput: torchrun started another number of processes than the configuration says."""
    if workers.rank() and not workers.wait_for(run_dir / CONFIG):
        raise BadInput(f"{run_dir / CONFIG} was not written by the first process")
    order = _order(given, run_dir)
    if order.processes != workers.count():
        raise BadInput(
            f"torchrun started {workers.count()} processes, and the configuration says"
            f" processes={order.processes}; make them equal"
        )
    return order


def _train(order: Order, run_dir: Path, recorder: Recorder) -> int:
    recorder.snapshot(snapshot.take(order.seed))
    try:
        module, _, name = order.trainer.entry.partition(":")
        train: Callable[..., None] = getattr(import_module(module), name)
        train(order.config, recorder=recorder, run_dir=run_dir, seed=order.seed)
    except BadInput as error:
        recorder.end("failed", str(error))
        raise
    return 0


def _recorder(run_dir: Path) -> Recorder:
    try:
        return Recorder(run_dir)
    except OSError as error:
        raise BadInput(f"--run-dir {run_dir} cannot be written to: {error.strerror}") from error


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message} (see python -m trainers --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m trainers", description="Train into a run directory.")
    parser.add_argument("trainer", metavar="NAME", help=f"one of: {', '.join(TRAINERS)}")
    parser.add_argument("--describe", action=Describe, help="say what the trainer is, and end")
    parser.add_argument("--run-dir", required=True, metavar="DIR", help="made where it is missing")
    parser.add_argument("--preset", default="", help="named values on top of the defaults")
    parser.add_argument(
        "--config", metavar="FILE", help="YAML or JSON: fields and values, on top of the preset"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="on top of all"
    )
    parser.add_argument("--seed", type=int, help="of weights and data order; drawn where not given")
    return parser


def _order(given: argparse.Namespace, run_dir: Path) -> Order:
    """What config.json says where there is one, else what the command line says, written there."""
    if given.trainer not in TRAINERS:
        raise BadInput(TRAINERS.unknown(given.trainer))
    trainer = TRAINERS[given.trainer]
    path = run_dir / CONFIG
    if path.exists():
        order = _stored(path, trainer)
        _refuse_another(given, order, path)
        return order
    config = _asked(given, trainer)
    order = Order(trainer, config, secrets.randbelow(2**31) if given.seed is None else given.seed)
    _write(path, order)
    return order


def _write(path: Path, order: Order) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")  # other processes may be waiting for the whole of it
        fresh.write_text(order.as_json())
        fresh.replace(path)
    except OSError as error:
        text = f"--run-dir {path.parent} cannot be written to: {error.strerror}"
        raise BadInput(text) from error


def _stored(path: Path, trainer: Trainer) -> Order:
    try:
        stored = json.loads(path.read_text())
        name, values, seed = stored["trainer"], stored["config"], int(stored["seed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} cannot be read ({error!r}); it needs trainer, seed, config"
        ) from error
    if name != trainer.name:
        raise BadInput(
            f"{path} is of the trainer {name!r}, not {trainer.name!r}; use another --run-dir"
        )
    return Order(trainer, _complete(trainer, "", values, where=f"{path}: "), seed)


def _refuse_another(given: argparse.Namespace, order: Order, path: Path) -> None:
    """A run directory holds one run: the command line must say what it already says."""
    asked_seed = order.seed if given.seed is None else given.seed
    asked = order.config
    if given.preset or given.config or given.set:
        asked = _asked(given, order.trainer)
    if asked != order.config or asked_seed != order.seed:
        raise BadInput(
            f"{path} already holds another configuration or seed; leave --preset, --config, --set"
            " and --seed out to go on with it, or use another --run-dir"
        )


def _asked(given: argparse.Namespace, trainer: Trainer) -> Config:
    """Defaults, then the preset, then the file, then --set."""
    if not given.config:
        return _complete(trainer, given.preset, _values(given.set))
    file = config_file.read(Path(given.config))
    _complete(trainer, given.preset, file, where=f"--config {given.config}: ")
    return _complete(trainer, given.preset, {**file, **_values(given.set)})


def _values(pairs: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"--set {pair}: write it as KEY=VALUE")
        values[name.strip()] = value.strip()
    return values


def _complete(trainer: Trainer, preset: str, values: dict[str, Any], where: str = "") -> Config:
    try:
        return complete(trainer, preset, values)
    except ConfigError as error:
        raise BadInput(f"{where}{error}") from error


if __name__ == "__main__":
    sys.exit(main())
