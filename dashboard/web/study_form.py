"""The form that opens a study: the question, what is changed, and how many seeds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.comparison.definition import StudyError, proposed
from dashboard.comparison.models import Design
from dashboard.comparison.queueing import MOST_SEEDS
from dashboard.health.figures import figure
from dashboard.metrics import store
from dashboard.runs.models import new_id
from dashboard.training import refusals
from dashboard.web.question_form import QuestionForm
from dashboard.web.study_ways import Way
from trainers.config import ConfigError, Metric

BESIDE = {"parts": "design", "arms": "design"}  # errors of what the form calls otherwise
MOST_NAMED = 20  # metrics that an error lists
USUAL_SEEDS = 3
USUAL_MORE = 2  # further seeds of each arm, where runs are there


class StudyForm(QuestionForm):
    """way: where the study comes from. It says which fields there are and what they begin with.

    key: of one approval, so that the form that is sent twice opens one study.
    """

    field_order = ("title", "hypothesis", "patch", "design")
    project = forms.CharField(label=gettext_lazy("Project"), max_length=100, required=False)
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
            "With several settings, which of them did it? Those that one known fix changes together"
            " count as one. Every combination takes four at most."
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
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)

    def __init__(self, way: Way, data: Any = None) -> None:
        super().__init__(way.trainer, data, initial=_initial(way))
        self.way = way
        if there := _last_value(way):
            help_text = self.fields["smallest"].help_text
            self.fields["smallest"].help_text = f"{help_text} {there}"
        if way.after:
            del self.fields["patch"], self.fields["design"], self.fields["project"]
            self.fields["seeds"] = _more_seeds()
            self.metrics = known_to(self.metrics, logged(way))

    def clean_project(self) -> str:
        return self.cleaned_data["project"] or self.way.project

    def clean_metric(self) -> str:
        """Where all runs are there and over, a metric that none of them has answers nothing."""
        metric: str = self.cleaned_data["metric"]
        if not self.way.after or any(run.is_live for run in self.way.runs):
            return metric
        there = logged(self.way)
        if metric not in there:
            told = _("None of these runs has logged %(metric)s. They have: %(names)s.")
            names = ", ".join(there[:MOST_NAMED]) + (" …" if len(there) > MOST_NAMED else "")
            raise forms.ValidationError(told % {"metric": metric, "names": names or "–"})
        return metric

    def clean_patch(self) -> dict[str, Any]:
        return patch_from(self.cleaned_data["patch"])

    def refuse(self, error: ConfigError) -> None:
        """Each error beside its field; what belongs to none, on top of the form."""
        typed = {*self.cleaned_data.get("patch", ()), *self.way.config}
        for name, told in refusals.told(error).items():
            field = BESIDE.get(name, name)
            if field in self.fields and isinstance(error, StudyError):
                self.add_error(field, told)
            elif name in typed and "patch" in self.fields:
                self.add_error("patch", f"{name}: {told}")
            else:
                self.add_error(None, told if isinstance(error, StudyError) else f"{name}: {told}")


def logged(way: Way) -> list[str]:
    """The metrics of runs that are there: first those that most of them have."""
    counts = Counter(n for one in store.summaries([r.pk for r in way.runs]).values() for n in one)
    return sorted(counts, key=lambda name: (-counts[name], name))


def known_to(metrics: Sequence[Metric], names: Sequence[str]) -> list[Metric]:
    """What can be asked of runs that are there; a bare name where the trainer tells nothing."""
    told = {metric.name: metric for metric in metrics}
    return [told.get(name) or Metric(name, name) for name in names]


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
    found: dict[str, Any] = {
        "title": way.title,
        "patch": patch_text(way.patch),
        "project": way.project,
        "design": way.design,
        "key": new_id(),
    }
    if metric:
        found |= {"metric": metric.name, "direction": metric.direction}
    return found


def _last_value(way: Way) -> str:
    """Which values the proposed metric has, by the run that is asked about; "" where none."""
    metric = proposed(way.trainer)
    if way.run is None or metric is None:
        return ""
    found = store.summaries([way.run.pk])[way.run.pk].get(metric.name)
    if found is None:
        return ""
    told = _("%(metric)s of %(run)s ended at %(value)s.")
    values = {"metric": metric.name, "run": way.run.name, "value": figure(found.last)}
    return told % values
