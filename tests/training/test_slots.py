"""A slot is given away once, and comes back however its holder ends."""

import os
import subprocess
import sys

import pytest

from dashboard.training import slots


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    monkeypatch.setenv("FIXPOINT_SLOTS", "gpu:0, gpu:1")


def test_each_slot_is_given_away_once():
    first, second = slots.take(), slots.take()
    assert first is not None
    assert second is not None
    assert (first.name, second.name) == ("gpu:0", "gpu:1")
    assert slots.take() is None
    first.close()
    third = slots.take()
    assert third is not None
    assert third.name == "gpu:0"
    second.close()
    third.close()


def test_a_process_that_inherited_the_slot_keeps_it_until_it_dies():
    slot = slots.take()
    assert slot is not None
    holder = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[slot.file]
    )
    slot.close()
    other = slots.take()
    assert other is not None
    assert other.name == "gpu:1"
    holder.kill()
    holder.wait()
    again = slots.take()
    assert again is not None
    assert again.name == "gpu:0"
    os.close(again.file)
    other.close()


def test_a_gpu_slot_shows_its_gpu_and_a_cpu_slot_none():
    assert slots.Slot("gpu:1", 0).visible_devices == "1"
    assert slots.Slot("cpu:0", 0).visible_devices == ""
