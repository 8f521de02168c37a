"""Keeps the search's tables in step with the runs and their examinations.

Whoever saves a run or an examination through the ORM need not know of this (apps.py listens).
Who writes past it (bulk_create, update) calls index() or runs `manage.py reindex`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from dashboard.health.models import Examination
from dashboard.health.verdict import Verdict
from dashboard.runs.models import Run
from dashboard.search import facets
from dashboard.search.models import AGAINST, Param, Standing, Tag, Words

STANDING = ("state", "held_back", "cause", "since")
AT_ONCE = 500  # runs read at a time


def index(run: Run) -> None:
    """Bring all that is searched of a run up to date; writes only what changed."""
    _keep(Param, run.pk, "name", facets.params(run.config))
    _keep(Tag, run.pk, "name", {tag: {} for tag in facets.tags(run.tags)})
    names = [run.name, run.trainer, run.preset, run.project.name]
    words = {"text": facets.words(*names, *map(str, run.tags), run.note), "note": run.note}
    Words.objects.update_or_create(run=run, defaults=words)


def index_verdicts(examination: Examination) -> None:
    rows = {verdict["rule"]: _standing(verdict) for verdict in examination.verdicts}
    kept = _kept(Standing, examination.run_id, "rule", STANDING)
    for rule, row in rows.items():
        before = kept.get(rule, {})
        since = before.get("since") if before.get("state") == row["state"] else None
        row["since"] = since or examination.made_at
    _change(Standing, examination.run_id, "rule", kept, rows)


def _standing(verdict: Verdict) -> dict[str, Any]:
    causes = verdict.get("causes") if verdict["state"] in AGAINST else None
    return {
        "state": verdict["state"],
        "held_back": verdict.get("held_back") or "",
        "cause": causes[0]["text"] if causes else "",
    }


def index_all() -> int:
    """Every run and every examination; how many runs there were."""
    count = 0
    for run in Run.objects.select_related("project").iterator(AT_ONCE):
        index(run)
        count += 1
    for examination in Examination.objects.iterator(AT_ONCE):
        index_verdicts(examination)
    return count


def saved_run(instance: Run, **_more: Any) -> None:
    index(instance)


def saved_examination(instance: Examination, **_more: Any) -> None:
    index_verdicts(instance)


def _keep(
    model: type[models.Model], run_id: str, key: str, wanted: Mapping[str, Mapping[str, Any]]
) -> None:
    """Make the run's rows hold `wanted`: the columns by the key's value."""
    kept = _kept(model, run_id, key, list(next(iter(wanted.values()), {})))
    _change(model, run_id, key, kept, wanted)


def _kept(
    model: type[models.Model], run_id: str, key: str, columns: Iterable[str]
) -> dict[str, dict[str, Any]]:
    rows = model._default_manager.filter(run_id=run_id)
    return {row.pop(key): row for row in rows.values(key, *columns)}


def _change(
    model: type[models.Model],
    run_id: str,
    key: str,
    kept: Mapping[str, Mapping[str, Any]],
    wanted: Mapping[str, Mapping[str, Any]],
) -> None:
    rows = model._default_manager.filter(run_id=run_id)
    gone = [name for name, row in kept.items() if wanted.get(name) != row]
    if gone:
        rows.filter(**{f"{key}__in": gone}).delete()
    new = {name: row for name, row in wanted.items() if kept.get(name) != row}
    rows.bulk_create(model(run_id=run_id, **{key: name}, **row) for name, row in new.items())
