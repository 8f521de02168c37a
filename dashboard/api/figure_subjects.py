"""What GET /api/figures/ draws of each run: read once for all charts of the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.api.figure_query import Asked
from dashboard.api.figure_samples import SEEN, by_samples, samples_a_step, window_by_samples
from dashboard.health.wording import worded
from dashboard.metrics import store
from dashboard.metrics.alignment import along
from dashboard.metrics.buckets import means
from dashboard.metrics.series import EMPTY, Curves, Series
from dashboard.metrics.thinning import Thinned, drawn
from dashboard.runs.models import Run

MOST_SMOOTHED = 2_000_000  # points of one metric that are read for one answer
NONE: Mapping[str, float] = {}


@dataclass(frozen=True)
class Subject:
    """A run with what is drawn of it. windows: of curves that were read from their summaries.

    unplaced: by name, how many points the other metric, which is x, gives no place
    """

    run: Run
    curves: Curves
    windows: Mapping[str, store.Window]
    superseded: Mapping[str, Mapping[int, Series]]
    verdicts: Sequence[dict[str, Any]]
    marks: Sequence[store.Mark]
    unplaced: Mapping[str, int] = field(default_factory=dict)
    thinned: Mapping[str, Thinned] = field(default_factory=dict)  # of the windows
    coarse: frozenset[str] = frozenset()  # curves of which buckets are smoothed, not points
    uncounted: bool = False  # x is samples, and nobody knows how many this run has seen

    @property
    def origin(self) -> float:
        """When it started, in seconds since 1970; 0 where nobody knows."""
        return origin(self.run)


def read_subjects(runs: Sequence[Run], names: list[str], asked: Asked) -> list[Subject]:
    """In the order of the runs. Smoothing and another metric as x take whole curves."""
    if not names:
        return [_subject(run, {}, {}, {}, asked) for run in runs]
    if asked.view.axis.name == "metric":
        return [_against(run, names, asked.view.axis.metric, asked) for run in runs]
    if asked.view.axis.name == "samples":
        return sampled(runs, names, asked)
    return _along(runs, names, asked)


def sampled(runs: Sequence[Run], names: list[str], asked: Asked) -> list[Subject]:
    """Along the samples seen: by the metric that counts them, else by what each step takes."""
    counted = [run for run in runs if SEEN in store.names(run.pk)]
    each = {run.pk: found for run in runs if (found := samples_a_step(run)) is not None}
    by_steps = [run for run in runs if run not in counted and run.pk in each]
    subjects = {run.pk: _against(run, names, SEEN, asked) for run in counted}
    for run, subject in zip(by_steps, _along(by_steps, names, asked, each), strict=True):
        subjects[run.pk] = _sampled(subject, each[run.pk])
    nothing = {run.pk: _uncounted(run, names) for run in runs if run.pk not in subjects}
    return [(subjects | nothing)[run.pk] for run in runs]


def _along(
    runs: Sequence[Run], names: list[str], asked: Asked, samples: Mapping[str, float] = NONE
) -> list[Subject]:
    """samples: by run, of one step, where the window is told in them."""
    stale = {run.pk: store.read_superseded(run.pk, names) for run in runs}
    axis = asked.view.axis
    spans = {run.pk: axis.span(origin(run), samples.get(run.pk, 1.0)) for run in runs}
    windows = store.read_windows(spans, names, asked.view.buckets)
    subjects = [_drawn(run, windows[run.pk], stale[run.pk], asked) for run in runs]
    return _to_smooth(subjects, names) if asked.view.smoothing > 0 else subjects


def _to_smooth(subjects: Sequence[Subject], names: list[str]) -> list[Subject]:
    """With whole curves, but for charts of so many points that their buckets are smoothed."""
    counts = store.summaries([one.run.pk for one in subjects])
    heavy = [n for n in names if _points(counts.values(), n) > MOST_SMOOTHED]
    rest = [name for name in names if name not in heavy]
    return [
        replace(
            one,
            curves=store.read(one.run.pk, rest) | _means(one.windows, heavy),
            coarse=frozenset(heavy),
        )
        for one in subjects
    ]


def _points(counts: Iterable[Mapping[str, store.Summary]], name: str) -> int:
    return sum(of_run[name].count for of_run in counts if name in of_run)


def _means(windows: Mapping[str, store.Window], names: list[str]) -> dict[str, Series]:
    return {name: means(windows[name].buckets) for name in names if name in windows}


def _sampled(subject: Subject, each: float) -> Subject:
    """The same with samples in the place of times."""
    windows = {name: window_by_samples(one, each) for name, one in subject.windows.items()}
    thinned = {name: drawn(window) for name, window in windows.items()}
    curves = {name: by_samples(one, each) for name, one in subject.curves.items()}
    stale = {
        name: {attempt: by_samples(one, each) for attempt, one in several.items()}
        for name, several in subject.superseded.items()
    }
    marks = [replace(mark, time=mark.step * each) for mark in subject.marks]
    return replace(
        subject, windows=windows, thinned=thinned, curves=curves, superseded=stale, marks=marks
    )


def _uncounted(run: Run, names: list[str]) -> Subject:
    there = set(store.names(run.pk))
    curves = {name: EMPTY for name in names if name in there}
    return Subject(run, curves, {}, {}, (), (), uncounted=True)


def origin(run: Run) -> float:
    return run.started_at.timestamp() if run.started_at else 0.0


def _subject(
    run: Run,
    curves: Curves,
    windows: Mapping[str, store.Window],
    stale: Mapping[str, Mapping[int, Series]],
    asked: Asked,
) -> Subject:
    alone = len(asked.runs) == 1
    verdicts = _verdicts(run, asked.evidence) if alone else []
    return Subject(run, curves, windows, stale, verdicts, store.marks(run.pk) if alone else ())


def _drawn(
    run: Run,
    windows: Mapping[str, store.Window],
    stale: Mapping[str, Mapping[int, Series]],
    asked: Asked,
) -> Subject:
    thinned = {name: drawn(window) for name, window in windows.items()}
    seen = {name: one.series for name, one in thinned.items()}
    return replace(_subject(run, seen, windows, stale, asked), thinned=thinned)


def _against(run: Run, names: list[str], metric: str, asked: Asked) -> Subject:
    curves = store.read(run.pk, [*names, metric])
    other = curves.get(metric)
    placed = {} if other is None else {n: along(c, other) for n, c in curves.items() if n in names}
    lost = {name: len(curves[name]) - len(series) for name, series in placed.items()}
    kept = {name: series for name, series in placed.items() if len(series)}
    verdicts = _verdicts(run, asked.evidence) if len(asked.runs) == 1 else []
    return Subject(run, kept, {}, {}, verdicts, (), lost)


def _verdicts(run: Run, evidence: str) -> list[dict[str, Any]]:
    if not evidence or not hasattr(run, "examination"):
        return []
    found = run.examination.verdicts
    if evidence == "all":
        found = [verdict for verdict in found if verdict["state"] in ("fail", "warn")]
    else:
        found = [verdict for verdict in found if verdict["rule"] == evidence]
    return [worded(verdict) for verdict in found]
