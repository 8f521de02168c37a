"""kill -9 mid-post, again and again: nothing acknowledged is missing, nothing is doubled.

FIXPOINT_ROUNDS: how often something is killed (200 by hand, with --timeout=0).
FIXPOINT_SEED: which, and when.
"""

import contextlib
import os
import random
import subprocess
import sys
import time

import pytest

from tests.faults.road import METRICS, open_road, spell
from tests.postgres import programs

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("FIXPOINT_ROUNDS", "6"))
SEED = int(os.environ.get("FIXPOINT_SEED", time.time_ns() % 100_000))
VICTIMS = {
    "sqlite": [["web"], ["shipper"], ["web", "shipper"]],
    "postgresql": [["web"], ["shipper"], ["database"], ["web", "database"]],
}
HOUR = 180_000  # steps: 50 a second


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    if request.param == "postgresql" and programs() is None:
        pytest.skip("PostgreSQL is not installed")
    return request.param


@pytest.fixture
def road(tmp_path, database):
    with open_road(tmp_path, database, tmp_path / "data") as road:
        yield road


def arrives_more(road):
    """Points come in: whoever is killed now is killed at work."""
    before = road.stored()
    end = time.monotonic() + 60
    while road.stored() == before:
        assert time.monotonic() < end, road.tell()
        time.sleep(0.02)


def test_kills_at_random_moments(road, database):
    draw = random.Random(SEED)
    road.start("shipper")
    with road.training():
        for number in range(ROUNDS):
            road.wait_up()
            arrives_more(road)
            spell(road, draw.uniform(0, 0.3))
            victims = draw.choice(VICTIMS[database])
            for name in victims:
                road.kill(name)
            time.sleep(draw.choice([0, 0, 0.2]))
            for name in reversed(victims):
                road.start(name)
            sys.stderr.write(f"seed {SEED} round {number + 1}: {victims}, {road.steps} steps\n")
        road.wait_up()
        arrives_more(road)
    road.wait_arrived()
    road.assert_whole()


def test_the_app_gone_for_an_hour_of_training(road):
    road.start("shipper")
    road.log(100)
    road.wait_arrived()
    road.kill("web")
    road.log(HOUR)
    road.start("web")
    road.wait_arrived()
    road.assert_whole()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 40 MB."""
    home = tmp_path / "small"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system of its own needs root")
    yield home
    subprocess.run(["umount", "-l", str(home)], check=True)


def fill(disk):
    """A file that takes all the room there is."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


def test_a_full_disk_refuses_and_loses_nothing(tmp_path, small_disk, monkeypatch):
    monkeypatch.setenv("FIXPOINT_DISK_STOP_GB", "0")  # none is kept free: the disk itself refuses
    with open_road(tmp_path, "sqlite", small_disk) as road:
        road.log(100)
        road.start("shipper")
        road.wait_arrived()
        ballast = fill(small_disk)
        road.log(100_000)
        spell(road, 5)
        assert road.stored() < road.steps * len(METRICS)
        ballast.unlink()
        road.wait_arrived()
        road.assert_whole()
