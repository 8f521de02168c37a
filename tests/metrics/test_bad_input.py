"""What odd, wrong and hostile posts get: each is specified, and nothing is dropped in silence."""

import json
import math
import time

import numpy as np
import pytest

from dashboard.metrics import curves, intake, store
from tests.conftest import lines, scalars
from tests.metrics.given import short_chunks

__all__ = ["short_chunks"]
pytestmark = pytest.mark.django_db


def points(run, name="train/loss"):
    series = store.read(run.pk)[name]
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def named(name, step=1):
    return {"kind": "scalars", "step": step, "time": 1.0, "values": {name: 1.0}}


def test_steps_out_of_order_are_stored_sorted_and_counted(run):
    body = lines(*(scalars(step, train_loss=step) for step in (5, 3, 9, 3, 9)))
    store.append(run.pk, 0, body)
    assert [step for step, _ in points(run)] == [3, 3, 5, 9, 9]
    account = store.account(run.pk)
    assert (account.stored, account.late, account.repeated) == (5, 2, 1)
    assert account.balanced


def test_lateness_is_known_from_post_to_post(run):
    offset = store.append(run.pk, 0, lines(scalars(9, train_loss=1))).offset
    store.append(run.pk, offset, lines(scalars(9, train_loss=2), scalars(4, train_loss=3)))
    assert (store.account(run.pk).late, store.account(run.pk).repeated) == (1, 1)
    assert store.summaries([run.pk])[run.pk]["train/loss"].last == 2


def test_the_greatest_step_there_is_is_kept_exactly(run):
    store.append(run.pk, 0, lines(scalars(2**53, train_loss=1), scalars(0, train_loss=2)))
    assert points(run) == [(0, 2), (2**53, 1)]


@pytest.mark.parametrize("step", [-1, 2**53 + 1, 2**63, 2**80, 1.5, "1", None, True])
def test_a_step_that_is_none_is_refused_and_its_points_counted(run, step):
    good, bad = scalars(1, train_loss=1), scalars(step, train_loss=1, train_acc=1)
    receipt = store.append(run.pk, 0, lines(good, bad))
    assert len(receipt.rejected) == 1
    assert "step" in receipt.rejected[0].reason
    account = store.account(run.pk)
    assert (account.sent, account.stored, account.rejected) == (3, 1, 2)
    assert account.balanced


def test_a_wall_time_in_the_future_is_kept_and_counted(run):
    ahead = time.time() + 86_400
    store.append(run.pk, 0, lines(scalars(1, ahead, train_loss=1), scalars(2, train_loss=1)))
    assert store.read(run.pk)["train/loss"].times.tolist()[0] == ahead
    assert store.account(run.pk).ahead == 1


@pytest.mark.parametrize("moment", [-1.0, 1.8e12, "NaN", None])
def test_a_time_that_is_none_is_refused(run, moment):
    receipt = store.append(run.pk, 0, lines(scalars(1, train_loss=1), scalars(2, moment, a_b=1)))
    assert "time" in receipt.rejected[0].reason


def test_denormals_signed_zeros_and_the_largest_come_back_bit_by_bit(run):
    values = [5e-324, -5e-324, -0.0, 0.0, 1.7976931348623157e308, -2.2e-308, 0.1]
    store.append(run.pk, 0, lines(*(scalars(n, train_loss=v) for n, v in enumerate(values))))
    read = store.read(run.pk)["train/loss"].values
    assert read.tobytes() == np.array(values).tobytes()


def test_extremes_of_the_floats_are_drawn_without_leaving_them(run, short_chunks):
    body = lines(*(scalars(n, train_loss=(-1) ** n * 1.7e308) for n in range(100)))
    store.append(run.pk, 0, body)
    window = store.read_window(run.pk, "train/loss", most=2)
    assert window is not None
    buckets = window.buckets
    assert buckets.low.tolist() == [-1.7e308] * 2
    assert buckets.high.tolist() == [1.7e308] * 2
    assert np.isfinite(buckets.mean).all()


@pytest.mark.parametrize(
    "name", ["a/b/c d", "/", " ", "训练/损失", "🙂", "👩‍💻", "é" * 250, "a\u0301", "..", "a,b", '"']
)
def test_names_that_are_kept_as_they_are(run, name):
    store.append(run.pk, 0, lines(named(name)))
    assert store.names(run.pk) == [name]
    assert points(run, name) == [(1, 1.0)]


@pytest.mark.parametrize(
    "name", ["", "x" * 10_000, "é" * 251, "a\nb", "a\x00", "\x1b[31m", "\u202e"]
)
def test_names_that_are_refused(run, name):
    receipt = store.append(run.pk, 0, lines(named("ok"), named(name)))
    assert "use 1 to 250 printable characters" in receipt.rejected[0].reason
    assert len(receipt.rejected[0].reason) < 400
    assert store.names(run.pk) == ["ok"]


def test_bytes_that_are_no_text_are_refused_alone(run):
    bad = b'{"kind":"scalars","step":1,"time":1,"values":{"\xff":1}}\n'
    receipt = store.append(run.pk, 0, lines(named("ok")) + bad + lines(named("ok", 2)))
    assert len(receipt.rejected) == 1
    assert [step for step, _ in points(run, "ok")] == [1, 2]


def test_two_objects_on_a_line_and_one_over_two_lines_are_refused(run):
    one = json.dumps(named("a")).encode()
    body = one + one + b"\n" + lines(named("b")) + one.replace(b", ", b",\n")
    receipt = store.append(run.pk, 0, body + b"\n")
    assert store.names(run.pk) == ["b"]
    assert len(receipt.rejected) > 1


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_body_cut_in_a_line_waits_for_its_rest(run, cut):
    body = lines(scalars(1, train_loss=1), scalars(2, train_loss=2))
    offset = store.append(run.pk, 0, body[:-cut]).offset
    assert body[:offset].endswith(b"\n") or offset == 0
    store.append(run.pk, offset, body[offset:])
    assert points(run) == [(1, 1), (2, 2)]
    assert store.account(run.pk).balanced


def test_too_many_points_for_one_post_are_refused_and_nothing_is_stored(run, monkeypatch):
    monkeypatch.setattr(intake, "MAX_POINTS", 3)
    body = lines(*(scalars(step, train_loss=1) for step in range(4)))
    with pytest.raises(store.TooMany, match="4 points in one post, of at most 3"):
        store.append(run.pk, 0, body)
    assert store.read(run.pk) == {}
    half = body[: len(body) // 2]
    assert store.append(run.pk, 0, half).points == 2


def test_a_metric_too_many_is_refused_by_name_and_the_others_are_stored(run, monkeypatch):
    monkeypatch.setattr(curves, "MAX_NAMES", 2)
    offset = store.append(run.pk, 0, lines(scalars(1, train_a=1, train_b=1))).offset
    receipt = store.append(run.pk, offset, lines(scalars(2, train_a=1, train_c=1, train_d=1)))
    assert receipt.points == 1
    assert [refused.points for refused in receipt.rejected] == [1, 1]
    assert "'train/c'" in receipt.rejected[0].reason
    account = store.account(run.pk)
    assert (account.sent, account.stored, account.rejected) == (5, 3, 2)
    assert account.balanced
    assert "'train/d'" in account.rejections[1]["reason"]


def test_a_gap_is_counted_and_costs_nothing(run):
    with pytest.raises(store.Gap):
        store.append(run.pk, 5, lines(scalars(1, train_loss=1)))
    store.append(run.pk, 0, lines(scalars(1, train_loss=1)))
    account = store.account(run.pk)
    assert (account.gaps, account.stored, account.balanced) == (1, 1, True)


def test_what_the_trainer_counted_and_did_not_arrive_unbalances_the_ledger(run):
    end = {"kind": "end", "status": "finished", "points": 2}
    body = lines({"kind": "start", "attempt": 1}, scalars(1, train_loss=1), end)
    store.append(run.pk, 0, body)
    assert store.account(run.pk).unsent == 1
    assert not store.account(run.pk).balanced


def test_an_attempt_that_did_not_live_to_count_is_not_held_against_the_run(run):
    start = [{"kind": "start", "attempt": n, "step": 0} for n in (1, 2)]
    end = {"kind": "end", "status": "finished", "points": 1}
    store.append(run.pk, 0, lines(start[0], scalars(1, train_loss=1), start[1], end))
    assert store.account(run.pk).logged is None
    assert store.account(run.pk).balanced


def test_not_a_number_as_last_value_is_told(run):
    store.append(run.pk, 0, lines(scalars(1, train_loss=1), scalars(2, train_loss="NaN")))
    summary = store.summaries([run.pk])[run.pk]["train/loss"]
    assert math.isnan(summary.last)
    assert (summary.min, summary.max, summary.nonfinite) == (1, 1, 1)
