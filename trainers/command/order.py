"""What exactly is started for one run: arguments, directory, environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainers.command.definition import Argument, arguments
from trainers.command.model import CommandConfig, inside
from trainers.command.parts import BoolParameter, PathParameter
from trainers.command.template import token
from trainers.errors import BadInput

CLIENT = Path(__file__).resolve().parents[1] / "client"
SECRETS = ("FIXPOINT_WORKER_TOKEN", "REDIS_URL", "DATABASE_URL", "FIXPOINT_SECRET_KEY")


@dataclass(frozen=True)
class Order:
    argv: list[str]
    directory: Path
    environment: dict[str, str]
    values: dict[str, str]  # by placeholder
    resumed: bool  # it goes on from where an earlier attempt stopped


def order(config: CommandConfig, run_dir: Path, seed: int, attempt: int) -> Order:
    """BadInput: a path that is not there, or leads out of where it may lie."""
    command = config.MADE_OF.command
    values = _values(config, run_dir, seed, attempt)
    entries = arguments(command.run)
    resumed = attempt > 1 and bool(command.resume)
    if resumed:
        entries = [*entries, *arguments(command.resume)]
    folder = Path(command.directory)
    _check_paths(config, folder)
    return Order(
        argv=list(_argv(entries, values, config)),
        directory=folder,
        environment=_environment(config, values, resumed),
        values=values,
        resumed=resumed,
    )


def fact(text: Any, config: CommandConfig, values: Mapping[str, str]) -> Any:
    """What a stated fact comes to: "{lr}" alone is the parameter itself, with its type."""
    if not isinstance(text, str):
        return text
    found = token(text)
    alone = found.first_place if len(found.parts) == 1 else ""
    return getattr(config, alone) if hasattr(config, alone) else found.filled(values)


def _values(config: CommandConfig, run_dir: Path, seed: int, attempt: int) -> dict[str, str]:
    given = {"seed": str(seed), "run_dir": str(run_dir.absolute()), "attempt": str(attempt)}
    for key, parameter in config.MADE_OF.command.parameters.items():
        value = getattr(config, key)
        if isinstance(parameter, BoolParameter):
            value = parameter.when_on if value else parameter.when_off
        given[key] = str(value)
    return given


def _argv(entries: Iterable[Argument], values: Mapping[str, str], config: Any) -> Iterable[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield token(entry).filled(values)
        else:
            chosen = (
                entry.then if getattr(config, entry.when, values[entry.when]) else entry.otherwise
            )
            yield from (token(text).filled(values) for text in chosen)


def _environment(config: CommandConfig, values: Mapping[str, str], resumed: bool) -> dict[str, str]:  # noqa: FBT001
    """Ours without what is secret, then the definition's, then what the Python client reads."""
    made = {name: text for name, text in os.environ.items() if name not in SECRETS}
    made["PYTHONUNBUFFERED"] = "1"  # else a pipe would hold lines back
    for name, text in config.MADE_OF.command.environment.items():
        made[name] = token(text).filled(values) if isinstance(text, str) else str(text)
    paths = [str(CLIENT), *filter(None, [made.get("PYTHONPATH")])]
    made["PYTHONPATH"] = os.pathsep.join(paths)
    for name in ("seed", "run_dir", "attempt"):
        made[f"FIXPOINT_{name.upper()}"] = values[name]
    made["FIXPOINT_RESUMED"] = config.MADE_OF.name if resumed else ""
    return made


def _check_paths(config: CommandConfig, folder: Path) -> None:
    for key, parameter in config.MADE_OF.command.parameters.items():
        if isinstance(parameter, PathParameter) and (text := getattr(config, key)):
            _check_path(key, parameter, folder / text)


def _check_path(key: str, parameter: PathParameter, path: Path) -> None:
    if parameter.must_exist and not path.exists():
        raise BadInput(f"{key}: there is no {path} on this host")
    real = os.path.realpath(path)
    if parameter.within and not inside(real, os.path.realpath(parameter.within)):
        raise BadInput(f"{key}: {path} leads to {real}, which is not below {parameter.within}")
