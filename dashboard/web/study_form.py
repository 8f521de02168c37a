"""The form that opens a study: the question, what is changed, and how many seeds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.comparison.definition import Definition, proposed
from dashboard.comparison.models import Design, Direction, Summary
from dashboard.comparison.queueing import MOST_SEEDS
from dashboard.web.study_ways import Way
from trainers.catalog import TRAINERS
from trainers.config import Metric

QUESTION = ("title", "hypothesis", "metric", "direction", "summary", "smallest", "guardrails")
USUAL_SEEDS = 3
USUAL_MORE = 2  # further seeds of each arm, where runs are there


class StudyForm(forms.Form):
    """way: where the study comes from. It says which fields there are and what they begin with."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    hypothesis = forms.CharField(
        label=gettext_lazy("Hypothesis"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What you expect, and why."),
    )
    patch = forms.CharField(
        label=gettext_lazy("Change"),
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One setting a line, such as lr=0.001: what the second arm changes."
        ),
    )
    design = forms.ChoiceField(
        label=gettext_lazy("Arms"),
        choices=Design.choices,
        initial=Design.COMPARE,
        help_text=gettext_lazy(
            "With several settings, which of them did it? Every combination takes four at most."
        ),
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
    seeds = forms.IntegerField(
        label=gettext_lazy("Seeds of each arm"),
        min_value=1,
        max_value=MOST_SEEDS,
        initial=USUAL_SEEDS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("One run a seed and arm. From a single one nothing can be told."),
    )

    def __init__(self, way: Way, data: Any = None) -> None:
        super().__init__(data, initial=_initial(way))
        self.way = way
        if way.after:
            del self.fields["patch"], self.fields["design"]
            self.fields["seeds"] = _more_seeds()

    def clean_guardrails(self) -> list[dict[str, Any]]:
        known = {metric.name: metric.direction for metric in metrics(self.way.trainer)}
        lines = self.cleaned_data["guardrails"].splitlines()
        return [_guardrail(line, known) for line in lines if line.strip()]

    def clean_patch(self) -> dict[str, Any]:
        return patch_from(self.cleaned_data["patch"])

    def question(self) -> Definition:
        """StudyError: a value that is not right."""
        return Definition(**{name: self.cleaned_data[name] for name in QUESTION})

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Each error beside its field; what belongs to none, on top of the form."""
        typed = {*self.cleaned_data.get("patch", ()), *self.way.config}
        for name, told in errors.items():
            if name in self.fields:
                self.add_error(name, told)
            elif name == "parts":
                self.add_error("design", told)
            elif name in typed and "patch" in self.fields:
                self.add_error("patch", f"{name}: {told}")
            else:
                self.add_error(None, f"{name}: {told}")


def metrics(trainer: str) -> Sequence[Metric]:
    """Those of the trainer that can get better."""
    known = TRAINERS.get(trainer)
    return [m for m in known.metrics if m.direction != "none"] if known else []


def patch_from(text: str) -> dict[str, Any]:
    """name=value lines. A value is JSON where it can be read so, else the text that it is."""
    found: dict[str, Any] = {}
    for line in filter(str.strip, text.splitlines()):
        name, sign, value = line.partition("=")
        name = name.strip()
        if not sign or not name:
            told = _("“%(line)s” is not name=value.") % {"line": line.strip()}
            raise forms.ValidationError(told)
        if name in found:
            raise forms.ValidationError(_("%(name)s stands twice.") % {"name": name})
        found[name] = _value(value.strip())
    return found


def patch_text(patch: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}={_written(value)}" for name, value in patch.items())


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _written(value: Any) -> str:
    if isinstance(value, str) and _value(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _guardrail(line: str, known: Mapping[str, str]) -> dict[str, Any]:
    name, *rest = line.split()
    direction = rest.pop(0) if rest and rest[0] in Direction.values else known.get(name, "")
    if not direction:
        told = _("%(name)s: say whether lower or higher is better.") % {"name": name}
        raise forms.ValidationError(told)
    if len(rest) > 1:
        told = _("“%(line)s” has more than a name, lower or higher, and a number.")
        raise forms.ValidationError(told % {"line": line.strip()})
    smallest = _number(rest[0], name) if rest else None
    return {"metric": name, "direction": direction, "smallest": smallest}


def _number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        told = _("%(name)s: “%(text)s” is no number.") % {"name": name, "text": text}
        raise forms.ValidationError(told)
    return value


def _more_seeds() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Further seeds of each arm"),
        min_value=0,
        max_value=MOST_SEEDS,
        initial=USUAL_MORE,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Queued at once. 0 asks only the runs that are there."),
    )


def _initial(way: Way) -> dict[str, Any]:
    metric = proposed(way.trainer)
    found: dict[str, Any] = {"title": way.title, "patch": patch_text(way.patch)}
    if metric:
        found |= {"metric": metric.name, "direction": metric.direction}
    return found
