"""A slot is given away once, and comes back however its holder ends."""

import subprocess
import sys
import threading

import pytest

from dashboard.training import slots


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    monkeypatch.setenv("FIXPOINT_SLOTS", "gpu:0, gpu:1")


def free():
    return slots.take_free(slots.names())


def test_each_slot_is_given_away_once():
    first, second = free()
    assert (first.name, second.name) == ("gpu:0", "gpu:1")
    assert free() == []
    assert not slots.is_any_free()
    first.close()
    assert slots.is_any_free()
    (third,) = free()
    assert third.name == "gpu:0"
    second.close()
    third.close()


def test_a_process_that_inherited_the_slot_keeps_it_until_it_dies():
    first, second = free()
    holder = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[first.file]
    )
    first.close()
    second.close()
    (other,) = free()
    assert other.name == "gpu:1"
    holder.kill()
    holder.wait()
    (again,) = free()
    assert again.name == "gpu:0"
    again.close()
    other.close()


def test_slots_of_one_kind_are_given_away_together(monkeypatch):
    monkeypatch.setenv("FIXPOINT_SLOTS", "gpu:0, cpu:0, gpu:1")
    assert slots.groups() == [["gpu:0", "gpu:1"], ["cpu:0"]]


def test_gpu_slots_show_their_gpus_and_a_cpu_slot_none():
    assert slots.visible_devices([slots.Slot("gpu:1", 0), slots.Slot("gpu:3", 0)]) == "1,3"
    assert slots.visible_devices([slots.Slot("cpu:0", 0)]) == ""


def test_claimers_of_one_host_take_turns():
    entered = threading.Event()

    def claim():
        with slots.turn():
            entered.set()

    with slots.turn():
        other = threading.Thread(target=claim)
        other.start()
        assert not entered.wait(0.2)
    assert entered.wait(5)
    other.join()
