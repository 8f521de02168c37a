"""What is read is what was acknowledged, however posts, attempts, sources and steps interleave."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dashboard.metrics import store
from dashboard.metrics.series import EMPTY
from dashboard.runs.models import Run
from tests.conftest import lines
from tests.metrics.given import short_chunks

__all__ = ["short_chunks"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_chunks")]

VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["NaN", "Infinity", "-Infinity"]),
)
NAMES = st.sampled_from(["a", "b", "c/d"])
SCALARS = st.builds(
    lambda step, time, values: {"kind": "scalars", "step": step, "time": time, "values": values},
    st.integers(0, 60),
    st.floats(0, 1e6),
    st.dictionaries(NAMES, VALUES, max_size=3),
)
STARTS = st.builds(
    lambda attempt, step: {"kind": "start", "attempt": attempt, "step": step},
    st.integers(1, 4),
    st.integers(0, 60),
)
JUNK = st.sampled_from([{"kind": "scalars", "step": -1, "values": {"a": 1}}, {"kind": 1}])
LINE = st.one_of(*[SCALARS] * 12, STARTS, JUNK)
LINES = st.one_of(st.lists(LINE, max_size=8), st.lists(LINE, min_size=40, max_size=70))
POST = st.tuples(st.sampled_from(["one", "two"]), st.just(0.0), st.floats(0, 1))
ODD = st.tuples(st.sampled_from(["one", "two"]), st.floats(0, 1), st.floats(0, 1))
POSTS = st.lists(st.one_of(POST, POST, ODD), max_size=14)
SETTLES = st.sets(st.integers(0, 15), max_size=6)
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Logged:
    """One point, and where it was logged."""

    name: str
    attempt: int
    step: int
    value: float
    order: int


@dataclass
class Model:
    """The same in plain words: a list of points, and the starts."""

    points: list[Logged] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)

    def take(self, events, attempt):
        for event in events:
            if event["kind"] == "start":
                attempt = event["attempt"]
                self.starts.append((attempt, event["step"] or -1))
            elif event["kind"] == "scalars" and event["step"] >= 0:
                for name, value in event["values"].items():
                    place = len(self.points)
                    self.points.append(Logged(name, attempt, event["step"], float(value), place))
        return attempt

    def counts(self, point):
        return all(point.step <= step for later, step in self.starts if later > point.attempt)

    def curve(self, name):
        kept = [p for p in self.points if p.name == name and self.counts(p)]
        kept.sort(key=lambda p: (p.step, p.attempt, p.order))
        return [(p.step, p.value) for p in kept]


def same(one, other):
    return len(one) == len(other) and all(
        a[0] == b[0] and (a[1] == b[1] or (math.isnan(a[1]) and math.isnan(b[1])))
        for a, b in zip(one, other, strict=True)
    )


def sent(run, files, posts, settled):
    """Send pieces of both files as told, then all of them; the points in order of arrival."""
    model, bodies = Model(), {source: [lines(event) for event in files[source]] for source in files}
    done, attempts = dict.fromkeys(files, 0), dict.fromkeys(files, 1)
    for number, (source, begin, end) in enumerate([*posts, ("one", 0, 1), ("two", 0, 1)]):
        body = b"".join(bodies[source])
        low, high = int(begin * len(body)), int(end * len(body))
        with contextlib.suppress(store.Gap, store.Unreadable), transaction.atomic():
            store.append(run.pk, low, body[low:high], source=source)
        from dashboard.metrics.models import Journal

        journal = Journal.objects.filter(run=run, source=source).first()
        whole = journal.offset if journal else 0
        while sum(map(len, bodies[source][: done[source]])) < whole:
            event = files[source][done[source]]
            attempts[source] = model.take([event], attempts[source])
            done[source] += 1
        if number in settled:
            store.settle(run.pk)
    return model


def said(*events):
    """(step, metric, …) as points, (attempt, step) in a list as a start."""
    return [
        {"kind": "start", "attempt": event[0], "step": event[1]}
        if isinstance(event, list)
        else {
            "kind": "scalars",
            "step": event[0],
            "time": 0.0,
            "values": dict.fromkeys(event[1:], 1),
        }
        for event in events
    ]


# an attempt that goes on after a later one began: its points lie among those that are sealed
ALL, TWO, ONE, NONE = (0, "a", "b", "c/d"), (0, "a", "b"), (0, "a"), (0,)
BETWEEN = said(
    *[NONE] * 4, ALL, *[NONE] * 4, TWO, ALL, NONE, ALL, (1, "a"), *[NONE] * 5, ALL, TWO, [2, 27],
    *[NONE] * 4, ALL, [1, 0], *[NONE] * 4, ALL, ONE, *[NONE] * 2, ONE, *[NONE] * 3,
)  # fmt: skip
SEALED_BEFORE = said(
    *[NONE] * 9, TWO, *[ALL] * 3, [1, 0], *[NONE] * 6, TWO, ALL, [1, 0], [2, 27],
    *[NONE] * 13, TWO, *[ALL] * 2,
)  # fmt: skip


@QUICK
@example({"one": BETWEEN, "two": []}, [], set())
@example({"one": SEALED_BEFORE, "two": said((0, "b"))}, [], set())
@given(st.fixed_dictionaries({"one": LINES, "two": LINES}), POSTS, SETTLES)
def test_what_is_read_is_what_was_acknowledged(run, files, posts, settled):
    twin = Run.objects.create(project=run.project, number=Run.objects.count() + 1, name="twin")
    model = sent(twin, files, posts, settled)
    read = store.read(twin.pk)
    summaries = store.summaries([twin.pk])[twin.pk]
    for name in {point.name for point in model.points}:
        expected = model.curve(name)
        series = read.get(name)
        found = (
            list(zip(series.steps.tolist(), series.values.tolist(), strict=True)) if series else []
        )
        assert same(found, expected)
        assert summaries[name].count == len(expected) if expected else name not in summaries
        check_windows(twin, name, expected)
        if expected:
            check_summary(summaries[name], expected)
    check_beyond(twin, model)
    check_ledger(twin, model)
    downloaded = [p for piece in store.pieces(twin.pk, store.names(twin.pk)) for p in rows(piece)]
    assert sorted(downloaded) == sorted(
        (p.name, p.attempt, p.step, repr(p.value), not model.counts(p)) for p in model.points
    )
    store.forget(twin.pk)
    assert store.read(twin.pk) == {}


def check_beyond(run, model):
    curves = {name: model.curve(name) for name in store.names(run.pk)}
    for steps in ({}, {"a": 20}, {"a": 0, "b": 59, "unknown": 3}):
        found = store.read_beyond(run.pk, steps)
        assert found.counts == {name: len(points) for name, points in curves.items() if points}
        for name, points in curves.items():
            series = found.curves.get(name, EMPTY)
            read = list(zip(series.steps.tolist(), series.values.tolist(), strict=True))
            assert same(read, [p for p in points if p[0] > steps.get(name, -1)])


def rows(piece):
    series = piece.series
    columns = (series.steps.tolist(), series.values.tolist(), piece.superseded.tolist())
    return [
        (piece.name, piece.attempt, step, repr(value), old)
        for step, value, old in zip(*columns, strict=True)
    ]


def check_windows(run, name, expected):
    for most in (1, 3, 1000):
        for low, high in ((-math.inf, math.inf), (10, 30), (59, 70)):
            inside = [(step, value) for step, value in expected if low <= step <= high]
            window = store.read_window(run.pk, name, store.Span("step", low, high), most)
            if not expected:
                assert window is None
                continue
            assert window is not None
            assert window.points == len(inside)
            assert len(window.buckets) <= 2 * most
            check_buckets(window.buckets, inside)


def check_buckets(buckets, inside):
    values = [value for _, value in inside]
    finite = [value for value in values if math.isfinite(value)]
    assert buckets.nan.sum() == sum(map(math.isnan, values))
    assert buckets.above.sum() == values.count(math.inf)
    assert buckets.below.sum() == values.count(-math.inf)
    low, high = (
        buckets.low[~(buckets.low != buckets.low)],
        buckets.high[buckets.high == buckets.high],
    )
    assert (low.min() if len(low) else None) == min(finite, default=None)
    assert (high.max() if len(high) else None) == max(finite, default=None)
    assert (buckets.first_step[1:] >= buckets.last_step[:-1]).all()  # none lies in another
    for step, value in zip(buckets.low_step, buckets.low, strict=True):
        assert math.isnan(value) or (step, value) in inside
    some = buckets.mean == buckets.mean
    assert (buckets.low[some] <= buckets.mean[some]).all()
    assert (buckets.mean[some] <= buckets.high[some]).all()


def check_summary(summary, expected):
    finite = [value for _, value in expected if math.isfinite(value)]
    assert (summary.min, summary.max) == (min(finite, default=None), max(finite, default=None))
    assert summary.nonfinite == len(expected) - len(finite)
    assert summary.last_step == expected[-1][0]
    newest = [value for step, value in expected if step == expected[-1][0]]
    assert any(same([(0, summary.last)], [(0, value)]) for value in newest)


def check_ledger(run, model):
    account = store.account(run.pk)
    assert account.balanced
    assert account.stored == account.held == len(model.points)
    assert account.shown == sum(map(model.counts, model.points))
    assert account.superseded == account.stored - account.shown
