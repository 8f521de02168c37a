"""What stands in a cell of the table of runs. Made in Python: a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from dashboard.health.wording import outline
from dashboard.metrics import ranking
from dashboard.metrics.ranking import Ranked
from dashboard.runs.models import Run
from dashboard.search import standings
from dashboard.search.fields import Field, Kind
from dashboard.search.models import Standing
from dashboard.web import troubles
from dashboard.web.columns import Params
from dashboard.web.templatetags import shown

Cell = SafeString | str
Show = Callable[[Run, Field], Cell]


class Cells:
    """The cells of these runs in these columns, from one question to each table."""

    def __init__(self, runs: Sequence[Run], fields: Sequence[Field], params: Params) -> None:
        ids = [run.pk for run in runs]
        metrics = {field.name for field in fields if field.kind == Kind.METRIC}
        rules = {field.name for field in fields if field.group == "verdict"}
        self.fields = fields
        self.metrics = ranking.ranked(ids, metrics) if metrics else {}
        self.states = _states(ids, rules) if rules else {}
        named = any(not field.group and field.name in ("health", "cause") for field in fields)
        self.against = standings.against(ids) if named else {}
        self.params = params
        self.numeric = [_look(field) == "figure" or self._is_number(field) for field in fields]
        self.badges: dict[tuple[str, str], SafeString] = {}

    def row(self, run: Run) -> SafeString:
        """Its <td>s."""
        columns = zip(self.fields, self.numeric, strict=True)
        return mark_safe("".join(self._td(run, field, number) for field, number in columns))

    def figures(self) -> dict[Field, bool]:
        """Which columns hold numbers: they stand to the right."""
        return dict(zip(self.fields, self.numeric, strict=True))

    def _td(self, run: Run, field: Field, number: bool) -> str:  # noqa: FBT001
        start = '<td class="figure">' if number else "<td>"
        return f"{start}{conditional_escape(self.cell(run, field))}</td>"

    def cell(self, run: Run, field: Field) -> Cell:
        if field.group == "params":
            row = self.params[run.pk].get(field.name)
            return _param(row) if row else shown.DASH
        if field.group == "metrics":
            return _metric(self.metrics.get((run.pk, field.name)), field.part)
        if field.group == "verdict":
            return self._verdict(self.states.get((run.pk, field.name)))
        if field.name == "status":
            return self._badge("parts/status.html", shown.status(run))
        if field.name == "health":
            return self._health(run)
        if field.name == "cause":
            return _cause(self.against.get(run.pk, ()))
        return ATTRIBUTES[field.name](run)

    def _is_number(self, field: Field) -> bool:
        if field.group != "params":
            return False
        rows = [params[field.name] for params in self.params.values() if field.name in params]
        return bool(rows) and all(row["number"] is not None for row in rows)

    def _health(self, run: Run) -> Cell:
        """The worst state and which rules say so."""
        state = shown.state_of(run)
        told = self._badge("parts/verdict.html", shown.health(state)) if state else shown.DASH
        names = troubles.named(run, self.against.get(run.pk, ()))
        return format_html("{} {}", told, names) if names else told

    def _verdict(self, state: str | None) -> Cell:
        return self._badge("parts/verdict.html", shown.verdict(state)) if state else shown.DASH

    def _badge(self, template: str, words: dict[str, Any]) -> SafeString:
        key = template, str(words)
        if key not in self.badges:
            self.badges[key] = render_to_string(template, words)
        return self.badges[key]


def _states(ids: Iterable[str], rules: Iterable[str]) -> dict[tuple[str, str], str]:
    rows = Standing.objects.filter(run_id__in=list(ids), rule__in=list(rules))
    return {
        (run_id, rule): state for run_id, rule, state in rows.values_list("run_id", "rule", "state")
    }


def _look(field: Field) -> str:
    return "figure" if field.kind in (Kind.NUMBER, Kind.METRIC, Kind.DURATION) else "text"


def _param(row: Mapping[str, Any]) -> str:
    return shown.number(row["number"]) if _is_long(row) else row["text"]


def _is_long(row: Mapping[str, Any]) -> bool:
    """A float with more digits than anybody reads."""
    return row["number"] is not None and len(row["text"]) > 8


def _metric(found: Ranked | None, part: str) -> Cell:
    if found is None:
        return shown.DASH
    value = getattr(found, part or "last")
    if value is None:
        return format_html('<span class="bad">{}</span>', "NaN")
    return shown.number(value)


def _cause(against: Sequence[Standing]) -> Cell:
    """The likeliest cause of what comes first of all that stands against the run."""
    return next((outline(row.cause) for row in against if row.cause), shown.DASH)


def _tags(run: Run) -> Cell:
    return format_html_join(" ", '<span class="tag">{}</span>', ((tag,) for tag in run.tags))


ATTRIBUTES: dict[str, Callable[[Run], Cell]] = {
    "note": lambda run: run.note,
    "tag": _tags,
    "trainer": lambda run: run.trainer,
    "preset": lambda run: run.preset or shown.DASH,
    "project": lambda run: run.project.name,
    "number": lambda run: str(run.number),
    "seed": lambda run: str(run.seed),
    "id": lambda run: run.pk,
    "user": lambda run: run.launched_by.get_username() if run.launched_by else shown.DASH,
    "host": lambda run: f"{run.host} · {run.slot}" if run.slot else run.host or shown.DASH,
    "created": lambda run: shown.moment(run.created_at),
    "started": lambda run: shown.moment(run.started_at),
    "finished": lambda run: shown.moment(run.finished_at),
    "duration": shown.duration,
}
