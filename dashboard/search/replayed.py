"""Which runs a back-test replays: the newest of a project, or those of them that fit a query."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.health.backtest import MOST_RUNS, newest_runs
from dashboard.runs.models import Project, Run
from dashboard.search.finding import Asked, find


class Unread(Exception):
    """Why the query could not be read."""


def replayed(project: Project, count: int, query: str = "") -> Sequence[Run]:
    """At most MOST_RUNS, newest first. Raises Unread for a query that cannot be read."""
    if not query:
        return newest_runs(project, count)
    name = project.name.replace("\\", "\\\\").replace('"', '\\"')
    found = find(Asked(query=f'project = "{name}" and ({query})', size=min(count, MOST_RUNS)))
    if found.error:
        raise Unread(found.error.says)
    return [run for run in found.runs if run.project_id == project.pk]  # a query may say `or`
