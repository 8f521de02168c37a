"""The launch form: what is said about a run, and its trainer's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.web import fields
from trainers.config import Trainer

BIGGEST_SEED = 2**63 - 1


class AboutForm(forms.Form):
    """Everything of a run that its trainer does not care about."""

    name = forms.CharField(
        label=_("Name"), max_length=200, required=False, help_text=_("Left empty, it gets one.")
    )
    project = forms.CharField(label=_("Project"), max_length=100, initial="default")
    tags = forms.CharField(
        label=_("Tags"), max_length=500, required=False, help_text=_("Separated by commas.")
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        required=False,
        min_value=0,
        max_value=BIGGEST_SEED,
        help_text=_("Left empty, one is drawn."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        initial=0,
        min_value=-1000,
        max_value=1000,
        help_text=_("Higher is started sooner."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What this run is to show, or what it changes."),
    )

    stop_when_fatal = forms.BooleanField(
        label=_("Stop when a verdict is fatal"),
        required=False,
        help_text=_(
            "A loss that is not a number stops the run: it saves a checkpoint first, and can be"
            " gone on from."
        ),
    )

    def clean_tags(self) -> list[str]:
        parts = (part.strip() for part in self.cleaned_data["tags"].split(","))
        return list(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True)
class Setting:
    """One row of the form."""

    bound: forms.BoundField
    unit: str
    extent: str
    help: list[str]
    base: Any  # the value that it is changed from
    was: str  # base as text, where the row is unlike it; else empty


class ConfigForm(forms.Form):
    """Made from the trainer's config. base: the values against which a change is marked."""

    def __init__(self, trainer: Trainer, base: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(prefix="config", **kwargs)
        self.trainer, self.base = trainer, base
        for name, info in trainer.config.model_fields.items():
            self.fields[name] = fields.field(info)

    def groups(self) -> Iterator[tuple[str, list[Setting]]]:
        """The rows under their headings, in the order of the config."""
        found: dict[str, list[Setting]] = {}
        for name, info in self.trainer.config.model_fields.items():
            found.setdefault(fields.extra(info, "group"), []).append(self._setting(name))
        yield from found.items()

    def present(self) -> dict[str, Any]:
        """What the fields hold now, as it was typed."""
        return {name: self[name].value() for name in self.fields}

    def changes(self) -> list[Setting]:
        """The rows that are unlike their base."""
        return [row for _group, rows in self.groups() for row in rows if row.was]

    def _setting(self, name: str) -> Setting:
        info, bound = self.trainer.config.model_fields[name], self[name]
        base, now = as_text(self.base.get(name)), as_text(bound.value())
        unit = fields.extra(info, "unit")
        was = base if not alike(base, now) else ""
        if base == "" and now != "":
            was = "∅"
        return Setting(bound, unit, fields.extent(info), fields.help_lines(info), base, was)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: value for name, value in cleaned.items() if value is not None}


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def alike(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False


class PatchForm(ConfigForm):
    """The settings alone that a verdict would change, against the run that it speaks of."""

    def __init__(
        self, trainer: Trainer, base: Mapping[str, Any], patch: Mapping[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(trainer, base, initial=dict(patch), **kwargs)
        for name in set(self.fields) - set(patch):
            del self.fields[name]

    def rows(self) -> list[Setting]:
        return [self._setting(name) for name in self.fields]

    def clean(self) -> dict[str, Any]:
        """An empty field says none: left out, the run's own value would stay."""
        super().clean()
        return self.cleaned_data
