"""What may stand in commands.yaml, typed: parameters, metrics and where numbers come from."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from trainers.config import Direction

LONGEST_TEXT = 1000  # characters of a value: what the form takes


class Part(BaseModel):
    """Unknown fields are refused, so that a slip of the pen is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


def _word(value: object) -> object:
    """Whole numbers as they are written; 1.10 or yes would not come back as they went in."""
    if isinstance(value, bool | float):
        raise ValueError("YAML reads this as something else than a text: put it in quotes")
    return str(value) if isinstance(value, int) else value


Word = Annotated[str, BeforeValidator(_word)]


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return text


def _metric_name(name: str) -> str:
    if not 1 <= len(name) <= 250 or not name.isprintable():
        raise ValueError("a metric's name has 1 to 250 printable characters, as train/loss")
    return name


Expression = Annotated[str, AfterValidator(_expression)]
MetricName = Annotated[str, AfterValidator(_metric_name)]
Scalar = str | int | float


class Said(Part):
    """What a person reads about a parameter. title: its name where it is left out."""

    title: str = ""
    help: str = ""
    group: str = "Parameters"
    unit: str = ""


class Number(Said):
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    def limits(self) -> dict[str, Any]:
        """As pydantic calls them."""
        named = {"ge": self.at_least, "le": self.at_most, "gt": self.above, "lt": self.below}
        return {name: limit for name, limit in named.items() if limit is not None}


class IntParameter(Number):
    type: Literal["int"]
    default: int


class FloatParameter(Number):
    type: Literal["float"]
    default: float


class BoolParameter(Said):
    """when_on, when_off: what the placeholder becomes. (YAML reads a bare `on` as true.)"""

    type: Literal["bool"]
    default: bool
    when_on: Word = "true"
    when_off: Word = "false"


class TextParameter(Said):
    """pattern: what the whole text has to match."""

    type: Literal["text"]
    default: str = ""
    pattern: Expression | None = None
    longest: int = Field(LONGEST_TEXT, ge=1, le=LONGEST_TEXT)


class ChoiceParameter(Said):
    type: Literal["choice"]
    choices: list[Word] = Field(min_length=1)
    default: Word


class PathParameter(Said):
    """within: the only directory below which it may lie; must_exist: on the host that runs it."""

    type: Literal["path"]
    default: str = ""
    within: str = ""
    must_exist: bool = True


Parameter = Annotated[
    IntParameter | FloatParameter | BoolParameter | TextParameter | ChoiceParameter | PathParameter,
    Field(discriminator="type"),
]


class PresetEntry(Part):
    title: str = ""
    help: str = ""
    values: dict[str, Any] = {}


class MetricEntry(Part):
    name: MetricName
    title: str = ""
    direction: Direction = "none"
    unit: str = ""
    lower_bound: float | None = None
    meaning: str = ""


Combine = Literal["each", "last", "mean", "sum", "min", "max"]


class Value(Part):
    """What the group holds x scale + offset, then x the newest value of the metric `times`, then
    + that of the metric `plus`, which is 0 before its first.
    """

    group: str
    scale: float = 1.0
    offset: float = 0.0
    times: str = ""
    plus: str = ""
    combine: Combine | None = None


class NumberPattern(Part):
    """Numbers in lines of the console. values: by metric, the named group that holds it."""

    pattern: Expression
    values: dict[MetricName, str | Value] = {}
    constants: dict[MetricName, float] = {}
    step: Literal["group", "last", "next", "count"] | None = None
    step_scale: float = Field(1.0, gt=0)
    combine: Combine = "each"
    optional: bool = False

    @model_validator(mode="after")
    def _has_its_groups(self) -> NumberPattern:
        groups = re.compile(self.pattern).groupindex
        for value in self.values.values():
            if (name := value if isinstance(value, str) else value.group) not in groups:
                raise ValueError(f"the pattern has no group (?P<{name}>…)")
        if self.step == "group" and "step" not in groups:
            raise ValueError("`step: group` needs a group (?P<step>…) in the pattern")
        if not (self.values or self.constants or "step" in groups):
            raise ValueError("nothing is read: name groups under `values`, or give `constants`")
        return self


class OnePattern(Part):
    """A fact: its group `value`. A mark: its group `text` and `step` where it has them."""

    pattern: Expression
    optional: bool = False


def _with_value(pattern: OnePattern | str) -> OnePattern | str:
    text = pattern if isinstance(pattern, str) else pattern.pattern
    if "value" not in re.compile(text).groupindex:
        raise ValueError("a fact's pattern needs a group (?P<value>…)")
    return pattern


FactPattern = Annotated[Expression | OnePattern, AfterValidator(_with_value)]


class Console(Part):
    """What is read from the command's output, line by line."""

    metrics: dict[str, NumberPattern] = {}
    facts: dict[str, FactPattern] = {}
    marks: dict[str, Expression | OnePattern] = {}


class TensorBoard(Part):
    """Event files below `directory`.

    writers: prefix of the names by subdirectory (with wildcards; the first that fits);
    names: other names for tags, prefix included.
    """

    directory: str = "."
    writers: dict[str, str] = {}
    names: dict[str, MetricName] = {}


class Stop(Part):
    """grace: seconds until what has not ended is killed; the runner waits no longer than 60."""

    signal: Literal["TERM", "INT", "USR1", "USR2", "HUP"] = "TERM"
    grace: float = Field(45.0, ge=0, le=55)


class Condition(Part):
    """Arguments that stand there only if a parameter is on, or not empty."""

    when: str
    then: list[str] = []
    otherwise: list[str] = []
