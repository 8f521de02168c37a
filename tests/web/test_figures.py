"""GET /api/figures/: every chart of a page in one answer, and 304 while nothing changed."""

import plotly.graph_objects as go
import pytest

from dashboard.charts.packing import unpacked
from dashboard.metrics import store
from tests.conftest import lines, scalars
from tests.web.given import logged, queries, ran

API = "/api/figures/"


def figures(client, run, **query):
    answer = client.get(API, {"runs": run.pk, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()["figures"]


def test_each_metric_is_a_valid_figure_with_a_note(page_client):
    [found] = figures(page_client, ran("one"))
    assert (found["name"], found["group"], found["note"]) == ("train/loss", "train", "3 points")
    go.Figure(found["figure"])


def test_a_long_curve_says_how_it_was_drawn(page_client):
    run = ran("long", losses=range(2500))
    [found] = figures(page_client, run)
    assert found["note"] == "2,500 points drawn as 1,000 buckets, extremes kept"


def test_what_is_not_finite_is_counted_in_the_note(page_client):
    [found] = figures(page_client, ran("sick", losses=[1, "NaN", "Infinity"]))
    assert "2 not finite, marked" in found["note"]


def test_a_failing_verdict_draws_its_evidence(page_client):
    run = ran("sick", losses=[1, "NaN"])
    [plain], [told] = figures(page_client, run), figures(page_client, run, evidence="all")
    assert len(told["figure"]["layout"]["shapes"]) > len(plain["figure"]["layout"]["shapes"])


def test_groups_come_in_order_and_a_closed_one_is_only_named(page_client, run):
    values = {"time_x": 1, "train_loss": 1, "eval_x": 1, "alone": 1, "train_acc": 1}
    store.append(run.pk, 0, lines(scalars(1, **values)))
    found = figures(page_client, run, closed="time,other")
    assert [one["name"] for one in found] == [
        "train/loss",
        "train/acc",
        "eval/x",
        "alone",
        "time/x",
    ]
    assert [one["figure"] is None for one in found] == [False, False, False, True, True]


def test_prefix_and_names_narrow_the_answer(page_client, run):
    store.append(run.pk, 0, lines(scalars(1, train_a=1, eval_b=1)))
    assert [one["name"] for one in figures(page_client, run, prefix="eval/")] == ["eval/b"]
    assert [one["name"] for one in figures(page_client, run, names="train/a,none")] == ["train/a"]


def test_several_runs_share_a_chart(page_client):
    one, other = ran("one"), ran("other")
    answer = page_client.get(API, {"runs": f"{one.pk},{other.pk}"}).json()
    [found] = answer["figures"]
    assert [trace["name"] for trace in found["figure"]["data"]] == ["one", "other"]


def test_a_window_holds_only_its_steps(page_client):
    [found] = figures(page_client, ran("one", losses=range(100)), window="10,20")
    assert unpacked(found["figure"]["data"][0]["x"]).tolist() == list(range(10, 21))


def test_nothing_new_is_304_and_a_point_changes_that(page_client, run):
    offset = logged(run, [1])
    first = page_client.get(API, {"runs": run.pk})
    tag = {"If-None-Match": first["ETag"]}
    assert page_client.get(API, {"runs": run.pk}, headers=tag).status_code == 304
    assert page_client.get(API, {"runs": run.pk, "log": "1"}, headers=tag).status_code == 200
    store.append(run.pk, offset, lines(scalars(9, train_loss=1)))
    assert page_client.get(API, {"runs": run.pk}, headers=tag).status_code == 200


def test_live_is_said_while_a_run_is(page_client, run):
    assert page_client.get(API, {"runs": run.pk}).json()["live"] is True
    assert page_client.get(API, {"runs": ran("done").pk}).json()["live"] is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("x", "time"),
        ("smooth", "1"),
        ("smooth", "nan"),
        ("smooth", "x"),
        ("window", "1"),
        ("window", "a,b"),
        ("buckets", "0"),
        ("buckets", "100000"),
        ("tz", "99999"),
    ],
)
def test_a_bad_question_is_answered_by_its_field(page_client, run, field, value):
    answer = page_client.get(API, {"runs": run.pk, field: value})
    assert answer.status_code == 400
    assert field in str(answer.json())


def test_an_unknown_run_is_404_and_too_many_are_400(page_client, db):
    assert page_client.get(API, {"runs": "nope"}).status_code == 404
    assert page_client.get(API, {"runs": ",".join(map(str, range(51)))}).status_code == 400


def test_no_run_is_no_figure(page_client):
    assert page_client.get(API).json()["figures"] == []


def test_a_stranger_gets_nothing(client, run):
    assert client.get(API, {"runs": run.pk}).status_code == 401


def test_the_note_speaks_the_readers_language(page_client):
    run = ran("one")
    page_client.cookies["django_language"] = "zh-hans"
    [found] = figures(page_client, run)
    assert "3 个点" in found["note"]


def test_the_work_does_not_grow_with_the_points(page_client):
    short, long = ran("short"), ran("long", losses=range(500))
    assert queries(page_client, f"{API}?runs={short.pk}") == queries(
        page_client, f"{API}?runs={long.pk}"
    )


def test_another_metric_can_be_the_horizontal_axis(page_client, run):
    rows = [scalars(s, train_loss=10 - s, train_seen=s * 32) for s in range(5)]
    store.append(run.pk, 0, lines(*rows, scalars(9, train_loss=1)))
    found = figures(page_client, run, names="train/loss", x="metric:train/seen")
    [drawn] = found
    assert unpacked(drawn["figure"]["data"][0]["x"]).tolist() == [0, 32, 64, 96, 128]
    assert drawn["figure"]["layout"]["xaxis"]["title"]["text"] == "train/seen"
    assert "1 not drawn: no finite train/seen at its step" in drawn["note"]
    assert figures(page_client, run, names="train/loss", x="metric:none") != []


@pytest.mark.parametrize("x", ["metric", "metric:", "step:a"])
def test_an_axis_without_its_metric_is_refused(page_client, run, x):
    assert page_client.get(API, {"runs": run.pk, "x": x}).status_code == 400


def test_points_that_a_resume_replaced_are_drawn_faint_and_told(page_client, run):
    starts = [{"kind": "start", "attempt": n, "step": s} for n, s in ((1, 0), (2, 3))]
    first = [scalars(s, train_loss=s) for s in range(1, 7)]
    again = [scalars(s, train_loss=-s) for s in range(4, 7)]
    store.append(run.pk, 0, lines(starts[0], *first, starts[1], *again))
    [found] = figures(page_client, run)
    stale, current = found["figure"]["data"][:2]
    assert unpacked(stale["y"]).tolist() == [4, 5, 6]
    assert stale["opacity"] < 0.5
    assert unpacked(current["y"]).tolist() == [1, 2, 3, -4, -5, -6]
    assert "3 from before a resume, faint" in found["note"]


def test_a_line_breaks_where_steps_are_missing(page_client, run):
    steps = [*range(50), *range(500, 550)]
    store.append(run.pk, 0, lines(*(scalars(s, train_loss=1 + s) for s in steps)))
    [found] = figures(page_client, run)
    y = unpacked(found["figure"]["data"][0]["y"])
    assert [place for place, value in enumerate(y) if value != value] == [50]
    assert "1 gap in the steps" in found["note"]


def test_of_too_many_points_buckets_are_smoothed_and_the_note_says_so(page_client, monkeypatch):
    monkeypatch.setattr("dashboard.api.figure_subjects.MOST_SMOOTHED", 5000)
    run = ran("long", losses=[5.0 + (n % 2) for n in range(6000)])
    [found] = figures(page_client, run, smooth=0.5, buckets=100)
    assert "too many points to smooth each: smoothed over buckets" in found["note"]
    smooth = unpacked(found["figure"]["data"][1]["y"])
    assert len(smooth) == 100
    assert smooth == pytest.approx(5.5)
    monkeypatch.setattr("dashboard.api.figure_subjects.MOST_SMOOTHED", 6000)
    [found] = figures(page_client, run, smooth=0.5, buckets=100)
    assert "too many" not in found["note"]


def test_of_many_charts_only_the_first_or_those_that_are_seen_are_drawn(page_client, run):
    store.append(run.pk, 0, lines(scalars(1, train_a=1, train_b=1, train_c=1, time_x=1)))
    told = {"closed": "time", "most": 2}
    first = figures(page_client, run, **told)
    assert [(one["figure"] is None, one.get("later")) for one in first] == [
        (False, None),
        (False, None),
        (True, True),
        (True, False),
    ]
    seen = figures(page_client, run, **told, seen="train/c,time/x")
    assert [one["name"] for one in seen if one["figure"]] == ["train/c"]
    assert not any(one["figure"] for one in figures(page_client, run, seen=""))
    assert page_client.get(API, {"runs": run.pk, "most": 0}).status_code == 400
