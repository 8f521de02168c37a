"""A chart shows all of a curve that can be drawn, marks the rest, and says what it left out."""

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.axis import Axis
from dashboard.charts.curves import chart
from dashboard.charts.evidence import Evidence
from dashboard.charts.figure import figure
from dashboard.charts.line import Line, View
from dashboard.charts.packing import unpacked
from dashboard.metrics.series import Series


def line(values, steps=None, number=1, **more):
    steps = np.arange(1, len(values) + 1) if steps is None else np.asarray(steps)
    return Line(f"run {number}", number, Series.of(steps, values, 1000.0 + steps), 1000.0, **more)


def drawn(*lines, **view):
    found = chart(lines, View(**view))
    go.Figure(found.figure)  # raises where Plotly would not understand it
    return found


def trace(found, place=0):
    part = found.figure["data"][place]
    return unpacked(part["x"]).tolist(), unpacked(part["y"]).tolist()


def test_a_short_curve_is_drawn_point_by_point():
    found = drawn(line([3, 2, 1]))
    assert trace(found) == ([1, 2, 3], [3, 2, 1])
    assert (found.points, found.buckets) == (3, 0)


def test_a_long_curve_keeps_its_spike():
    values = np.zeros(100_000)
    values[54_321] = 9
    found = drawn(line(values))
    assert max(trace(found)[1]) == 9
    assert (found.points, found.buckets) == (100_000, 1000)
    assert len(trace(found)[0]) <= 2000


def test_what_is_not_finite_is_marked_at_the_edge():
    found = drawn(line([1, np.nan, np.inf, -np.inf, 2]))
    names = {part["name"]: unpacked(part["x"]).tolist() for part in found.figure["data"][1:]}
    assert names == {"run 1: NaN": [2], "run 1: +Inf": [3], "run 1: -Inf": [4]}
    assert found.nonfinite == 3
    assert found.figure["layout"]["yaxis2"]["range"] == [0, 1]


def test_smoothing_leaves_the_raw_line_faint_behind():
    raw, smooth = drawn(line([0, 10, 0, 10]), smoothing=0.9).figure["data"]
    assert raw["opacity"] < 0.5
    assert raw["hoverinfo"] == "skip"
    assert np.ptp(unpacked(smooth["y"])) < 10


def test_the_smoothed_line_is_the_same_in_a_zoom():
    values = np.random.default_rng(0).normal(size=100)
    whole = trace(drawn(line(values), smoothing=0.9), 1)
    zoomed = trace(drawn(line(values), smoothing=0.9, axis=Axis(window=(50, 60))), 1)
    assert zoomed[0] == list(range(50, 61))
    assert zoomed[1] == pytest.approx(whole[1][49:60], rel=1e-6)


def test_a_zoom_gets_finer_buckets():
    values = np.random.default_rng(0).normal(size=50_000)
    zoomed = drawn(line(values), axis=Axis(window=(10_000, 10_500)))
    assert (zoomed.points, zoomed.buckets) == (501, 0)
    assert zoomed.figure["layout"]["xaxis"]["range"] == [10_000, 10_500]


def test_relative_time_begins_at_the_run_and_has_a_fitting_unit():
    found = drawn(line([1, 2], steps=[60, 7260]), axis=Axis("relative"))
    assert trace(found)[0] == pytest.approx([1 / 60, 7260 / 3600])
    assert found.figure["layout"]["xaxis"]["ticksuffix"] == " h"
    assert found.figure["layout"]["meta"] == {"x": "relative", "scale": 3600}


def test_a_zoom_in_relative_time_is_asked_for_in_seconds():
    found = drawn(line([1, 2, 3], steps=[60, 600, 1200]), axis=Axis("relative", window=(500, 1300)))
    assert trace(found)[1] == [2, 3]


def test_wall_time_is_the_readers():
    found = drawn(line([1], steps=[5]), axis=Axis("wall", offset=60))
    assert trace(found)[0] == [(1005 + 3600) * 1000]
    assert found.figure["layout"]["xaxis"]["type"] == "date"


def test_a_log_scale_says_what_it_cannot_show():
    found = drawn(line([1, 0, -1, 2]), log=True)
    assert found.figure["layout"]["yaxis"]["type"] == "log"
    assert found.unlogged == 2


def test_evidence_is_ringed_and_its_level_drawn():
    spoken = Evidence("fail", "Loss", "loss_rule", [2], [5.0], 1.386, "ln 4", (1, 3))
    found = drawn(line([4, 5, 6], evidence=(spoken,)))
    ring = found.figure["data"][1]
    assert (unpacked(ring["x"]).tolist(), unpacked(ring["y"]).tolist()) == ([2], [5])
    assert ring["meta"] == {"state": "fail", "rule": "loss_rule"}
    level, band = found.figure["layout"]["shapes"]
    assert (level["y0"], level["label"]["text"]) == (1.386, "ln 4")
    assert (band["x0"], band["x1"]) == (1, 3)


def test_evidence_that_is_nan_is_left_to_the_marks():
    spoken = Evidence("fail", "NaN", "nan_rule", [2], [np.nan])
    found = drawn(line([4, np.nan, 6], evidence=(spoken,)))
    assert [part["name"] for part in found.figure["data"]] == ["run 1", "run 1: NaN"]


def test_marks_of_the_run_stand_at_the_foot():
    found = drawn(line([1, 2], marks=Series.of([2], [0], [1002]), mark_texts=("checkpoint",)))
    assert found.figure["data"][1]["text"] == ["checkpoint"]


def test_each_run_has_its_own_ink():
    one, other = drawn(line([1, 2]), line([2, 3], number=12)).figure["data"]
    assert one["meta"] != other["meta"]
    assert other["line"]["dash"] == "dash"


def test_a_single_point_is_seen():
    assert drawn(line([1])).figure["data"][0]["mode"] == "markers"


def test_no_run_is_an_empty_chart():
    assert drawn().points == 0


def test_a_trace_type_that_the_bundle_would_draw_wrongly_is_refused():
    with pytest.raises(ValueError, match="parcoords"):
        figure([{"type": "parcoords"}], {})


def test_a_constant_is_read_at_its_height_and_not_as_zero():
    height = drawn(line([0.001, 0.001, 0.001])).figure["layout"]["yaxis"]
    assert height["range"] == [0.0005, 0.0015]
    assert drawn(line([0.001, 0.002])).figure["layout"]["yaxis"]["autorange"] is True
    assert drawn(line([0.0, 0.0])).figure["layout"]["yaxis"]["autorange"] is True
    assert drawn().figure["layout"]["yaxis"]["autorange"] is True
