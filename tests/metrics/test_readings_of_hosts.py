"""Readings of a host: stored once, over time, and no part of the run's metrics."""

import json

import pytest

from dashboard.metrics import store
from dashboard.metrics.models import SystemPart

pytestmark = pytest.mark.django_db


def line(time, words="", **values):
    named = {name.replace("_", "/"): value for name, value in values.items()}
    return json.dumps({"time": time, "values": named, "words": words}).encode() + b"\n"


def test_readings_come_back_over_time(run):
    body = line(10.0, cpu_run=1.5) + line(20.0, cpu_run=2.5, gpu_0=7)
    assert store.append_system(run.pk, 0, body).offset == len(body)
    curves = store.system(run.pk).curves
    assert curves["cpu/run"].times.tolist() == [10.0, 20.0]
    assert curves["cpu/run"].values.tolist() == [1.5, 2.5]
    assert curves["gpu/0"].times.tolist() == [20.0]


def test_the_same_bytes_twice_are_stored_once_and_a_torn_line_waits(run):
    body = line(10.0, cpu_run=1) + line(20.0, cpu_run=2)
    first = store.append_system(run.pk, 0, body[:-5]).offset
    assert first == len(line(10.0, cpu_run=1))
    store.append_system(run.pk, 0, body)
    store.append_system(run.pk, 0, body)
    assert store.system(run.pk).curves["cpu/run"].values.tolist() == [1, 2]


def test_the_newest_are_few_however_long_the_run_is(run):
    body = b"".join(line(10.0 * n, cpu_run=n) for n in range(1000))
    store.append_system(run.pk, 0, body)
    newest = store.system_newest(run.pk, parts=2)["cpu/run"].values
    assert newest[-1] == 999
    assert 180 < len(newest) <= 360
    assert (newest[1:] > newest[:-1]).all()
    assert store.system_newest(run.pk)["cpu/run"].values[-1] == 999


def test_a_gap_is_refused(run):
    with pytest.raises(store.Gap):
        store.append_system(run.pk, 5, line(1.0))


def test_the_ledger_and_the_metrics_know_nothing_of_them(run):
    store.append_system(run.pk, 0, line(10.0, cpu_run=1))
    assert store.names(run.pk) == []
    assert store.account(run.pk).sent == 0


def test_what_is_no_reading_is_passed_over_and_told(run):
    body = b"{torn\n" + line(10.0, cpu_run=1) + b'{"time": -1}\n'
    receipt = store.append_system(run.pk, 0, body)
    assert [refused.offset for refused in receipt.rejected] == [0, len(body) - 13]
    found = store.system(run.pk)
    assert len(found.curves["cpu/run"]) == 1
    assert "not readable" in found.words[0]


def test_what_was_said_is_told_once(run):
    store.append_system(run.pk, 0, line(1.0, "no GPU is read") + line(2.0, "no GPU is read"))
    assert store.system(run.pk).words == ("no GPU is read",)


def test_a_day_of_readings_takes_few_rows(run):
    offset = 0
    for number in range(600):
        offset = store.append_system(run.pk, offset, line(10.0 * number, cpu_run=number)).offset
    assert SystemPart.objects.filter(run=run).count() == 4
    assert store.system(run.pk).curves["cpu/run"].values.tolist() == list(range(600))


def test_two_directories_are_told_in_the_order_of_time(run):
    store.append_system(run.pk, 0, line(30.0, cpu_run=3), "b")
    store.append_system(run.pk, 0, line(10.0, cpu_run=1), "a")
    assert store.system(run.pk).curves["cpu/run"].values.tolist() == [1, 3]


def test_forgetting_a_run_forgets_them(run):
    store.append_system(run.pk, 0, line(10.0, cpu_run=1))
    assert store.sizes([run.pk])[run.pk].total > 0
    store.forget(run.pk)
    assert not SystemPart.objects.exists()
