"""From a trainer's typed settings to the fields of a form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic.fields import FieldInfo

from trainers.config import Trainer


@dataclass(frozen=True)
class Beyond:
    """A validator for the open ends of a range."""

    limit: float
    above: bool

    def __call__(self, value: float) -> None:
        if (value <= self.limit) if self.above else (value >= self.limit):
            text = _("Must be above %(limit)s.") if self.above else _("Must be below %(limit)s.")
            raise ValidationError(text % {"limit": self.limit})


def field(info: FieldInfo) -> forms.Field:
    """A form field that refuses what the setting refuses. TypeError: a type no form has."""
    kind, optional = _kind(info.annotation)
    common: dict[str, Any] = {
        "label": gettext_lazy(info.title) if info.title else "",
        "help_text": gettext_lazy(info.description) if info.description else "",
        "required": not optional and kind is not str,
    }
    if kind is bool:
        return forms.BooleanField(**common | {"required": False})
    if get_origin(kind) is Literal:
        return forms.ChoiceField(choices=[(v, v) for v in get_args(kind)], **common)
    if kind is str:
        return forms.CharField(**common, max_length=1000)
    if kind in (int, float):
        number = forms.IntegerField if kind is int else forms.FloatField
        # a text field: a number field would drop what it cannot read instead of giving it back
        widget = forms.TextInput(attrs={"inputmode": "numeric" if kind is int else "decimal"})
        return number(**common, validators=_validators(info), widget=widget)
    raise TypeError(f"no form field for {info.annotation!r}")


def extent(info: FieldInfo) -> str:
    """The range in words: "1 to 1000", "above 0", or nothing."""
    low, high = _limit(info, ("ge", "gt")), _limit(info, ("le", "lt"))
    if low is not None and high is not None:
        if _limit(info, ("gt",)) is not None:
            return _("above %(low)s, at most %(high)s") % {"low": _plain(low), "high": _plain(high)}
        return _("%(low)s to %(high)s") % {"low": _plain(low), "high": _plain(high)}
    if low is not None:
        above = _limit(info, ("gt",)) is not None
        text = _("above %(low)s") if above else _("%(low)s or more")
        return text % {"low": _plain(low)}
    return _("%(high)s or less") % {"high": _plain(high)} if high is not None else ""


def help_lines(info: FieldInfo) -> list[str]:
    """The help in the reader's language; what it says of each choice on a line of its own."""
    text = _(info.description) if info.description else ""
    kind, _optional = _kind(info.annotation)
    if get_origin(kind) is not Literal:
        return [text]
    choices = "|".join(re.escape(str(choice)) for choice in get_args(kind))
    begins = re.compile(rf"(?:^|(?<=[.。；])|(?<=[.。；] ))(?=(?:{choices})[:：])")
    return [line for part in begins.split(text) if (line := part.strip())]


def extra(info: FieldInfo, name: str) -> str:
    """The group or unit that trainers.config.setting() noted."""
    noted = info.json_schema_extra
    return str(noted.get(name, "")) if isinstance(noted, dict) else ""


def preset_values(trainer: Trainer) -> dict[str, dict[str, Any]]:
    """Every preset's complete values; "" stands for the defaults."""
    found = {"": trainer.config().model_dump(mode="json")}
    for name, preset in trainer.presets.items():
        found[name] = trainer.config.model_validate(preset.values).model_dump(mode="json")
    return found


def _kind(annotation: Any) -> tuple[Any, bool]:
    """The type itself, and whether None is allowed beside it."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    kinds = [part for part in get_args(annotation) if part is not NoneType]
    return kinds[0], len(kinds) < len(get_args(annotation))


def _validators(info: FieldInfo) -> list[Any]:
    found: list[Any] = []
    for limit in info.metadata:
        if isinstance(limit, annotated_types.Ge):
            found.append(MinValueValidator(limit.ge))
        elif isinstance(limit, annotated_types.Le):
            found.append(MaxValueValidator(limit.le))
        elif isinstance(limit, annotated_types.Gt):
            found.append(Beyond(float(str(limit.gt)), above=True))
        elif isinstance(limit, annotated_types.Lt):
            found.append(Beyond(float(str(limit.lt)), above=False))
    return found


def _limit(info: FieldInfo, names: tuple[str, ...]) -> float | None:
    for limit in info.metadata:
        for name in names:
            if (value := getattr(limit, name, None)) is not None:
                return float(value)
    return None


def _plain(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f") if value == int(value) else f"{value:g}"
