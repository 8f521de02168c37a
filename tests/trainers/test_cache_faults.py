"""The feature cache when things go wrong: two processes, kill -9, a full disk, damage, a limit."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from trainers.feature_store import MIB, FeatureStore, encoded

KEYS = [f"{number:064x}" for number in range(60)]
FEATURE = np.arange(2048, dtype=np.float16).reshape(8, 16, 16)
LENGTH = len(encoded(FEATURE, KEYS[0]))
BEGIN = (
    "import sys, time, numpy as np; from pathlib import Path;"
    "from trainers.feature_store import FeatureStore;"
    "array = np.arange(2048, dtype=np.float16).reshape(8, 16, 16);"
    f"keys = {KEYS!r};"
)


def started(folder, program, **options):
    command = [sys.executable, "-c", BEGIN + program, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)


def whole(folder, keys=KEYS):
    store = FeatureStore(folder, MIB)
    found = {key: store.read(key) for key in keys}
    return [key for key, array in found.items() if array is not None and (array == FEATURE).all()]


def entries(folder):
    return sorted(folder.glob("*/*.feature"))


def test_another_process_goes_on_when_one_is_killed_while_it_writes(tmp_path):
    killed = started(
        tmp_path,
        "store = FeatureStore(Path(sys.argv[1]), 2**20); store.write(keys[0], array);"
        "Path.replace = lambda *_: (print('writing', flush=True), time.sleep(60));"
        "store.write(keys[1], array)",
    )
    other = started(
        tmp_path,
        "store = FeatureStore(Path(sys.argv[1]), 2**20); print('open', flush=True);"
        "sys.stdin.read(1); [store.write(key, array) for key in keys]; print(store.written)",
    )
    assert other.stdout is not None
    assert killed.stdout is not None
    assert other.stdout.readline() == b"open\n"
    assert killed.stdout.readline() == b"writing\n"  # and it holds the lock
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert int(other.communicate(b"x", timeout=60)[0]) == len(KEYS) - 1
    assert whole(tmp_path) == KEYS
    assert not list(tmp_path.glob("*/*.part"))  # the next to open the folder swept it
    assert FeatureStore(tmp_path, MIB).bytes == len(KEYS) * LENGTH


def test_two_processes_keep_the_limit_together(tmp_path):
    program = (
        f"store = FeatureStore(Path(sys.argv[1]), {10 * LENGTH}); print('open', flush=True);"
        "sys.stdin.read(1); [store.write(key, array) for key in keys];"
        "print(store.written, store.refused)"
    )
    both = [started(tmp_path, program) for _ in range(2)]
    assert all(process.stdout.readline() == b"open\n" for process in both)
    told = [process.communicate(b"x", timeout=60)[0].split() for process in both]
    assert sum(int(written) for written, _ in told) == 10
    assert len(entries(tmp_path)) == 10
    assert sum(path.stat().st_size for path in entries(tmp_path)) == 10 * LENGTH


def test_a_process_makes_room_among_what_another_left_long_ago(tmp_path):
    first = FeatureStore(tmp_path, 10 * LENGTH)
    for key in KEYS[:10]:
        first.write(key, FEATURE)
    for path in entries(tmp_path):
        os.utime(path, (1, 1))
    second = FeatureStore(tmp_path, 10 * LENGTH)
    for key in KEYS[10:14]:
        second.write(key, FEATURE)
    assert (second.evicted, second.refused) == (4, 0)
    assert set(KEYS[10:14]) <= set(whole(tmp_path))
    assert second.bytes == 10 * LENGTH


def test_a_file_that_the_system_lets_grow_no_further_ends_the_writing(tmp_path):
    program = (
        "store = FeatureStore(Path(sys.argv[1]), 2**20);"
        "store.write(keys[0], array[:1]); store.write(keys[1], array); store.write(keys[2], array);"
        "print(store.written, store.off, store.read(keys[0]) is not None)"
    )

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

    writer = started(tmp_path, program, preexec_fn=small_files)
    assert writer.communicate(timeout=60)[0] == b"1 File too large True\n"
    assert len(entries(tmp_path)) == 1
    assert not list(tmp_path.glob("*/*.part"))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KiB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount") or "mount"
    command = [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this user may mount no disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full_ends_the_writing_and_loses_nothing(small_disk):
    store = FeatureStore(small_disk, MIB)
    for key in KEYS:
        store.write(key, FEATURE)
    assert store.off == "No space left on device"
    assert 0 < store.written < len(KEYS)
    kept = whole(small_disk)
    assert kept == KEYS[: store.written]
    assert store.bytes == len(kept) * LENGTH
    assert not list(small_disk.glob("*/*.part"))


def test_damage_of_every_byte_is_found(tmp_path):
    store = FeatureStore(tmp_path, MIB)
    store.write(KEYS[0], FEATURE[:1, :2, :2])
    [path] = entries(tmp_path)
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x40]) + data[place + 1 :])
        assert store.read(KEYS[0]) is None, place
    assert store.corrupt == len(data)


def test_a_damaged_entry_is_made_again_by_whoever_needs_it_first(tmp_path):
    one, other = FeatureStore(tmp_path, MIB), FeatureStore(tmp_path, MIB)
    one.write(KEYS[0], FEATURE)
    [path] = entries(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    assert other.read(KEYS[0]) is None
    assert (other.corrupt, one.read(KEYS[0])) == (1, None)
    one.write(KEYS[0], FEATURE)
    assert whole(Path(tmp_path)) == KEYS[:1]
