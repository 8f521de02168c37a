"""Typed configuration: the launch form, the command line and the API are all made from it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from trainers.targets import Target

Direction = Literal["lower", "higher", "none"]


class Config(BaseModel):
    """Base of every trainer's configuration: unknown fields are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


def setting(
    default: Any,
    *,
    group: str,
    title: str,
    help: str,
    unit: str = "",
    added: str = "",
    **limits: Any,
) -> Any:
    """A field of a configuration, with what a person needs to fill it in.

    group: heading it stands under; added: the version that brought it, where that is not the
    first: at its default it does not tell a newer checkpoint from an older one; limits: pydantic's
    ge, gt, le, lt.
    """
    told: dict[str, Any] = {"group": group, "unit": unit}
    if added:
        told["added"] = added
    return Field(default, title=title, description=help, json_schema_extra=told, **limits)


def other_default(config: type[Config], name: str, default: Any) -> Any:
    """The setting of a base class, with another default."""
    field = copy(config.model_fields[name])
    field.default = default
    return field


@dataclass(frozen=True)
class Preset:
    """Named values on top of the defaults."""

    title: str
    help: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """What a curve means: which way is better, in which unit.

    lower_bound: what it cannot fall below if it is computed rightly; meaning: one sentence.
    """

    name: str
    title: str
    direction: Direction = "none"
    unit: str = ""
    lower_bound: float | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Fix:
    """A mend that a trainer knows of.

    symptom: what is seen before it; patch: what to change in the configuration; rule: the module
    of dashboard/health/rules that sees the symptom.
    """

    name: str
    title: str
    symptom: str
    patch: Mapping[str, Any]
    rule: str


@dataclass(frozen=True)
class Trainer:
    """An entry of the catalogue. `entry` is 'module:function', imported only where it is run."""

    name: str
    title: str
    summary: str
    config: type[Config]
    entry: str
    presets: Mapping[str, Preset]
    metrics: tuple[Metric, ...] = ()
    primary: str = ""  # the metric that says whether a fix worked
    fixes: tuple[Fix, ...] = ()
    targets: tuple[Target, ...] = ()  # what healthy runs of it reach by when, if anything

    @property
    def primary_metric(self) -> Metric:
        return next(metric for metric in self.metrics if metric.name == self.primary)


class ConfigError(ValueError):
    """A configuration that was refused; `errors` names each field and what is wrong with it.

    problems: the same as pydantic tells it, for who says it in other words; of what it found alone.
    """

    def __init__(
        self, errors: Mapping[str, str], problems: Mapping[str, ErrorDetails] | None = None
    ) -> None:
        self.errors = dict(errors)
        self.problems = dict(problems or {})
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))


def complete(trainer: Trainer, preset: str, values: Mapping[str, Any]) -> Config:
    """Defaults, then the preset, then `values`, validated.

    ConfigError: an unknown preset or field, or a value of the wrong type or out of range.
    """
    if preset and preset not in trainer.presets:
        known = ", ".join(trainer.presets)
        raise ConfigError({"preset": f"unknown preset {preset!r}; {trainer.name} has: {known}"})
    start = trainer.presets[preset].values if preset else {}
    try:
        return trainer.config.model_validate({**start, **values})
    except ValidationError as error:
        problems = _by_field(trainer, error)
        told = {name: _told(problem) for name, problem in problems.items()}
        raise ConfigError(told, problems) from error


def _by_field(trainer: Trainer, error: ValidationError) -> dict[str, ErrorDetails]:
    found: dict[str, ErrorDetails] = {}
    for problem in error.errors(include_url=False):
        if problem["type"] == "extra_forbidden":
            known = ", ".join(trainer.config.model_fields)
            problem["ctx"] = {"trainer": trainer.name, "known": known}
        found[".".join(str(part) for part in problem["loc"]) or "config"] = problem
    return found


def _told(problem: ErrorDetails) -> str:
    if problem["type"] == "extra_forbidden":
        return "{trainer} has no such field; it has: {known}".format(**problem["ctx"])
    return f"{problem['msg']} (got {problem['input']!r})"
