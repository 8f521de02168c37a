"""The question of a study as a form: when it is opened, and when it is changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.comparison.change_words import line
from dashboard.comparison.definition import MOST_LAST, NAMES, Definition
from dashboard.comparison.models import Direction, Summary
from trainers.catalog import TRAINERS
from trainers.config import Metric

USUAL_LAST = 20


class QuestionForm(forms.Form):
    """trainer: whose metrics are offered, and bring their direction."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    hypothesis = forms.CharField(
        label=gettext_lazy("Hypothesis"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What you expect, and why."),
    )
    metric = forms.CharField(
        label=gettext_lazy("Primary metric"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "metrics", "autocomplete": "off"}),
        help_text=gettext_lazy("It alone decides. Choose it before you see a result."),
    )
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Direction.choices)
    summary = forms.ChoiceField(
        label=gettext_lazy("Number of a run"), choices=Summary.choices, initial=Summary.LAST
    )
    last_k = forms.IntegerField(
        label=gettext_lazy("Values of a mean"),
        required=False,
        min_value=1,
        max_value=MOST_LAST,
        initial=USUAL_LAST,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("How many of the last values, where the mean of them is taken."),
    )
    smallest = forms.FloatField(
        label=gettext_lazy("Smallest effect that matters"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("In the metric's own unit. Less than this counts as no difference."),
    )
    guardrails = forms.CharField(
        label=gettext_lazy("Guardrails"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Metrics that must not get worse, one a line: name, lower or higher, and the smallest"
            " effect that matters where there is one."
        ),
    )

    def __init__(self, trainer: str, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.metrics = metrics(trainer)

    def clean_guardrails(self) -> list[dict[str, Any]]:
        known = {metric.name: metric.direction for metric in self.metrics}
        lines = self.cleaned_data["guardrails"].splitlines()
        return [_guardrail(line, known) for line in lines if line.strip()]

    def clean_last_k(self) -> int:
        return self.cleaned_data["last_k"] or USUAL_LAST

    def question(self) -> Definition:
        """StudyError: a value that is not right."""
        return Definition(**{name: self.cleaned_data[name] for name in NAMES})


def metrics(trainer: str) -> Sequence[Metric]:
    """Those of the trainer that can get better."""
    known = TRAINERS.get(trainer)
    return [m for m in known.metrics if m.direction != "none"] if known else []


def typed(asked: Definition) -> dict[str, Any]:
    """A question as the form's fields hold it."""
    told = {name: getattr(asked, name) for name in NAMES}
    return {**told, "guardrails": "\n".join(map(line, asked.guardrails))}


def _guardrail(line: str, known: Mapping[str, str]) -> dict[str, Any]:
    name, direction, rest = _parted(line)
    direction = direction or known.get(name, "")
    if not direction:
        told = _("%(name)s: say whether lower or higher is better.") % {"name": name}
        raise forms.ValidationError(told)
    if len(rest) > 1:
        told = _("“%(line)s” has more than a name, lower or higher, and a number.")
        raise forms.ValidationError(told % {"line": line.strip()})
    smallest = _number(rest[0], name) if rest else None
    return {"metric": name, "direction": direction, "smallest": smallest}


def _parted(line: str) -> tuple[str, str, list[str]]:
    """The name, which may hold spaces where a direction follows it; the direction; the rest."""
    words = line.split()
    for place in range(len(words) - 1, 0, -1):
        if words[place] in Direction.values:
            return " ".join(words[:place]), words[place], words[place + 1 :]
    return words[0], "", words[1:]


def _number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        told = _("%(name)s: “%(text)s” is no number.") % {"name": name, "text": text}
        raise forms.ValidationError(told)
    return value
