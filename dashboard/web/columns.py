"""The columns of the table of runs: which are shown, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from dashboard.health.rules import RULES
from dashboard.metrics import ranking
from dashboard.runs.models import Run
from dashboard.search import facets
from dashboard.search.fields import Field, Kind, split_fields
from dashboard.search.ordering import sortable
from trainers.catalog import TRAINERS

Params = Mapping[str, Mapping[str, Mapping[str, Any]]]  # by run and name: text and number
MOST = 40  # columns at a time
MOST_PARAMS = 6  # differing ones that are shown unasked
TITLES = {
    "name": _("Name"),
    "note": _("Note"),
    "tag": _("Tags"),
    "status": _("Status"),
    "health": _("Verdict"),
    "cause": _("Likeliest cause"),
    "trainer": _("Trainer"),
    "preset": _("Preset"),
    "project": _("Project"),
    "number": _("Number"),
    "seed": _("Seed"),
    "id": _("Run id"),
    "user": _("Launched by"),
    "host": _("Machine"),
    "created": _("Created"),
    "started": _("Started"),
    "finished": _("Finished"),
    "duration": _("Duration"),
}
ALWAYS = Field("", "name")  # the table's first column, not to be chosen away
FIRST = ("status", "health", "created", "duration")
FIGURES = (Kind.NUMBER, Kind.METRIC, Kind.DURATION)


def chosen(text: str) -> list[Field]:
    """The columns that an address names; names that nothing has are left out."""
    fields = [field for field in split_fields(text) if field.kind and field != ALWAYS]
    return fields[:MOST]


def default(runs: Sequence[Run], params: Params, order: Field) -> list[Field]:
    """What says most of these runs: state, what they were to reach, and how they differ.

    What they are sorted by is among them.
    """
    fields = [Field("", name) for name in FIRST]
    if len({run.trainer for run in runs}) > 1:
        fields.append(Field("", "trainer"))
    if any(run.tags for run in runs):
        fields.append(Field("", "tag"))
    fields += [Field("metrics", name, "last") for name in _primaries(runs)]
    fields += [Field("params", name) for name in differing(params)[:MOST_PARAMS]]
    asked = [] if order in (*fields, ALWAYS) else [order]
    return [*fields[:2], *asked, *fields[2:]]


def params_of(runs: Iterable[Run]) -> Params:
    return {run.pk: facets.params(run.config) for run in runs}


def differing(params: Params) -> list[str]:
    """Params that not all runs have alike, in the order of the configurations."""
    rows = list(params.values())
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if len({_text(row, name) for row in rows}) > 1]


def _text(row: Mapping[str, Any], name: str) -> str | None:
    return row[name]["text"] if name in row else None


def _primaries(runs: Iterable[Run]) -> list[str]:
    """The metrics by which the trainers of these runs are judged, and the loss; those logged."""
    runs = list(runs)
    names = [TRAINERS[run.trainer].primary for run in runs if run.trainer in TRAINERS]
    wanted = list(dict.fromkeys([*names, "train/loss"]))
    logged = {name for _run, name in ranking.ranked([run.pk for run in runs], wanted)}
    return [name for name in wanted if name in logged]


def heads(
    fields: Iterable[Field], sort: str, figures: Mapping[Field, bool]
) -> list[dict[str, Any]]:
    """What the table's head shows of each column. sort: the order as it is now."""
    return [
        {
            "field": str(field),
            "title": title(field),
            "part": field.part if field.part not in ("", "last") else "",
            "figure": figures.get(field, False),
            "sortable": sortable(field),
            "sorted": _sorted(field, sort),
            "next": _next(field, sort),
        }
        for field in fields
    ]


def title(field: Field) -> str:
    if field.group == "verdict":
        return field.name
    return field.name if field.group else str(TITLES[field.name])


def _sorted(field: Field, sort: str) -> str:
    """As aria-sort has it; "" where another column is."""
    return {str(field): "ascending", f"-{field}": "descending"}.get(sort, "")


def _next(field: Field, sort: str) -> str:
    """Down first where large or new comes first in mind."""
    down = field.kind in (*FIGURES, Kind.TIME)
    first = f"-{field}" if down else str(field)
    other = str(field) if down else f"-{field}"
    return other if sort == first else first


def rules() -> list[str]:
    return [rule.name for rule in RULES]
