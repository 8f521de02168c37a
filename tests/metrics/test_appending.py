"""Exactly once, by byte offset; nothing that can be read is lost, nothing is stored twice."""

import contextlib
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.metrics import store
from dashboard.metrics.models import Journal, Tail
from dashboard.runs.models import Run
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db


def loss(run: Run) -> list[tuple[int, float]]:
    series = store.read(run.pk, ["train/loss"])["train/loss"]
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def test_points_are_read_as_they_were_logged(run):
    body = lines(scalars(1, 10.5, train_loss=2.0), scalars(2, 11.5, train_loss=1.0))
    receipt = store.append(run.pk, 0, body)
    assert (receipt.offset, receipt.points) == (len(body), 2)
    series = store.read(run.pk)["train/loss"]
    assert series.steps.tolist() == [1, 2]
    assert series.times.tolist() == [10.5, 11.5]
    assert series.values.tolist() == [2.0, 1.0]


def test_sending_twice_stores_once(run):
    body = lines(scalars(1, train_loss=2.0))
    for _ in range(2):
        assert store.append(run.pk, 0, body).offset == len(body)
    assert loss(run) == [(1, 2.0)]


def test_what_overlaps_is_stored_from_where_it_is_new(run):
    first, second = lines(scalars(1, train_loss=2.0)), lines(scalars(2, train_loss=1.0))
    store.append(run.pk, 0, first)
    store.append(run.pk, 0, first + second)
    assert loss(run) == [(1, 2.0), (2, 1.0)]


def test_a_gap_is_refused_with_the_offset_that_is_expected(run):
    with pytest.raises(store.Gap, match="send again from offset 0") as caught:
        store.append(run.pk, 7, lines(scalars(1, train_loss=2.0)))
    assert caught.value.expected == 0


def test_a_torn_line_waits_for_its_rest(run):
    body = lines(scalars(1, train_loss=2.0), scalars(2, train_loss=1.0))
    cut = len(body) - 9
    receipt = store.append(run.pk, 0, body[:cut])
    assert loss(run) == [(1, 2.0)]
    store.append(run.pk, receipt.offset, body[receipt.offset :])
    assert loss(run) == [(1, 2.0), (2, 1.0)]


def test_not_a_number_and_infinities_are_data(run):
    line = scalars(1, train_loss="NaN", train_a="Infinity", train_b="-Infinity")
    store.append(run.pk, 0, lines(line))
    read = store.read(run.pk)
    assert math.isnan(read["train/loss"].values[0])
    assert read["train/a"].values.tolist() == [math.inf]
    assert read["train/b"].values.tolist() == [-math.inf]
    summary = store.summaries([run.pk])[run.pk]["train/loss"]
    assert math.isnan(summary.last)
    assert (summary.min, summary.count, summary.nonfinite) == (None, 1, 1)


def test_junk_between_events_is_counted_and_told_not_hidden(run):
    good = lines(scalars(1, train_loss=2.0))
    receipt = store.append(run.pk, 0, good + b"{torn\n" + good)
    assert [refused.offset for refused in receipt.rejected] == [len(good)]
    assert loss(run) == [(1, 2.0), (1, 2.0)]
    intake = store.intake(run.pk)
    assert (intake.points, intake.rejected) == (2, 1)
    assert intake.rejections[0]["offset"] == len(good)


def test_a_post_of_nothing_but_junk_is_refused_and_moves_nothing(run):
    with pytest.raises(store.Unreadable, match="byte 0"):
        store.append(run.pk, 0, b"\xff\xfe\x00\n")
    assert not Journal.objects.filter(offset__gt=0).exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (scalars(-1, train_loss=1), "step -1"),
        (scalars(2**53 + 1, train_loss=1), "2\\^53"),
        (scalars(1, train_loss="high"), "send a number"),
        (scalars(1, train_loss=True), "send a number"),
        ({"kind": "scalars", "step": 1, "values": {"": 1}}, "metric name ''"),
        ({"kind": "scalars", "step": 1, "values": {"x" * 300: 1}}, "1 to 250"),
        ({"kind": "scalars", "step": 1, "values": {"a\x00b": 1}}, "printable"),
        ({"step": 1}, "kind"),
        ({"kind": "k" * 41}, "longer than 40"),
        ({"kind": "start", "attempt": -1}, "attempt -1"),
        ({"kind": "start", "attempt": 2**40}, "attempt"),
        ({"kind": "mark", "text": "a\0b"}, r"U\+0000"),
        ({"kind": "facts", "values": {"a": {"b": ["\0"]}}}, r"U\+0000"),
        (scalars(1, train_loss=10**400), "number|large|range"),
    ],
)
def test_a_line_that_cannot_be_stored_says_why(run, line, reason):
    with pytest.raises(store.Unreadable, match=reason):
        store.append(run.pk, 0, lines(line))


def test_a_name_may_hold_chinese_spaces_and_emoji(run):
    body = lines({"kind": "scalars", "step": 1, "values": {"训练/损失 🙂": 1.5}})
    store.append(run.pk, 0, body)
    assert store.names(run.pk) == ["训练/损失 🙂"]


def test_a_resumed_attempt_replaces_what_it_logs_again(run):
    first = [scalars(step, train_loss=step) for step in range(1, 8)]
    again = [scalars(step, train_loss=step * 10) for step in range(6, 11)]
    store.append(
        run.pk,
        0,
        lines(
            {"kind": "start", "attempt": 1, "step": 0},
            *first,
            {"kind": "start", "attempt": 2, "step": 5},
            *again,
        ),
    )
    assert loss(run) == [*((s, s) for s in range(1, 6)), *((s, s * 10) for s in range(6, 11))]
    summary = store.summaries([run.pk])[run.pk]["train/loss"]
    assert (summary.count, summary.min, summary.max, summary.last) == (10, 1, 100, 100)
    [old] = store.read_superseded(run.pk, ["train/loss"])["train/loss"].values()
    assert old.values.tolist() == [6, 7]  # nothing was thrown away


def test_an_attempt_that_starts_afresh_replaces_everything(run):
    store.append(run.pk, 0, lines({"kind": "start", "attempt": 1}, scalars(0, train_loss=9.0)))
    other = lines({"kind": "start", "attempt": 2}, scalars(0, train_loss=1.0))
    store.append(run.pk, 0, other, source="another host")
    assert loss(run) == [(0, 1.0)]


def test_an_attempt_that_arrives_late_is_still_the_older_one(run):
    newer = lines({"kind": "start", "attempt": 2, "step": 0}, scalars(1, train_loss=1.0))
    older = lines({"kind": "start", "attempt": 1, "step": 0}, scalars(1, train_loss=9.0))
    store.append(run.pk, 0, newer, source="b")
    store.append(run.pk, 0, older, source="a")
    assert loss(run) == [(1, 1.0)]


def test_many_small_posts_are_folded_and_read_the_same(run):
    offset = 0
    for step in range(1, 200):
        offset = store.append(run.pk, offset, lines(scalars(step, train_loss=step))).offset
    assert loss(run) == [(step, step) for step in range(1, 200)]
    assert Tail.objects.filter(folded=True).count() == 3
    assert Tail.objects.count() < 64 + 3


def test_facts_snapshot_and_marks_find_their_places(run):
    store.append(
        run.pk,
        0,
        lines(
            {"kind": "facts", "values": {"device": "cpu"}},
            {"kind": "facts", "values": {"train/steps": 20}},
            {"kind": "snapshot", "data": {"git": "abc"}},
            {"kind": "mark", "step": 6, "name": "bank", "text": "filling"},
        ),
    )
    run.refresh_from_db()
    assert run.facts == {"device": "cpu", "train/steps": 20}
    assert run.snapshot == {"git": "abc"}
    assert [(m.step, m.name, m.text) for m in store.marks(run.pk)] == [(6, "bank", "filling")]


def test_every_post_is_seen_by_pages(run):
    before = store.version([run.pk])
    store.append(run.pk, 0, lines(scalars(1, train_loss=1.0)))
    assert store.version([run.pk]) != before


BODY = lines(*(scalars(step, train_loss=step * 0.5) for step in range(1, 30)))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.integers(0, len(BODY)), st.integers(0, len(BODY))), max_size=12))
def test_any_order_of_overlapping_posts_stores_each_point_once(run, pieces):
    source = str(hash(tuple(pieces)))[:12]
    twin = Run.objects.create(project=run.project, number=Run.objects.count() + 1, name=source)
    for begin, end in [*pieces, (0, len(BODY))]:
        with contextlib.suppress(store.Gap):
            store.append(twin.pk, begin, BODY[begin:end])
    assert [step for step, _ in loss(twin)] == list(range(1, 30))


def test_a_backslash_before_u0000_is_text_like_any_other(run):
    store.append(run.pk, 0, lines({"kind": "mark", "name": "n", "text": "\\u0000"}))
    assert store.marks(run.pk)[0].text == "\\u0000"


def test_a_post_of_ten_thousand_steps_is_sealed_and_read_the_same(run):
    body = lines(*(scalars(step, step, train_loss=step * 0.5) for step in range(10_000)))
    assert store.append(run.pk, 0, body).points == 10_000
    assert loss(run) == [(step, step * 0.5) for step in range(10_000)]
    window = store.read_window(run.pk, "train/loss", most=100)
    assert window is not None
    assert window.drawn_as == 100
    newest = store.read_newest(run.pk, ["train/loss"], 5)["train/loss"]
    assert newest.steps.tolist() == list(range(9_995, 10_000))
