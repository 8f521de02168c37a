"""The feature cache: one write a key, several processes, kill -9, damage, a limit, a full disk."""

import errno
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch

from trainers.errors import BadInput
from trainers.feature_store import MIB, FeatureStore, decoded, encoded
from trainers.features import Extractor, Features, key_of

KEYS = [f"{number:064x}" for number in range(1000, 1040)]
FEATURE = np.arange(2048, dtype=np.float16).reshape(8, 16, 16)
LENGTH = len(encoded(FEATURE, KEYS[0]))


@dataclass
class Item:
    digest: str
    loaded: list[str] = field(default_factory=list)

    @property
    def name(self):
        return f"image {self.digest}"

    def load(self):
        self.loaded.append(self.digest)
        return np.full((3, 4, 4), len(self.digest), dtype=np.float32)


def mean_of(images):
    return torch.stack([torch.tensor(image).mean(0, keepdim=True) / 3 for image in images])


def features(store, extractor="encoder", preprocessing="as is", **more):
    made = Extractor(mean_of, extractor, preprocessing)
    return Features(made, store, torch.device("cpu"), **more)


@pytest.fixture
def store(tmp_path):
    return FeatureStore(tmp_path / "cache", MIB)


def is_whole(store, key):
    found = store.read(key)
    return found is not None and np.array_equal(found, FEATURE)


def entries(folder):
    return sorted(folder.glob("*/*.feature"))


def test_the_second_pass_hits_every_time_and_loads_no_image(store):
    items = [Item(str(number)) for number in range(5)]
    source = features(store)
    first = source.of(items)
    row = source.take()
    assert (row["cache/requests"], row["cache/hits"], row["cache/seen_before"]) == (5, 0, 0)
    again = source.of(items)
    row = source.take()
    assert torch.equal(first, again)
    assert (row["cache/hit_rate"], row["cache/seen_before"]) == (1, 5)
    assert row["cache/hits_seen_before"] == 5
    assert all(item.loaded == [item.digest] for item in items)


def test_what_another_run_kept_hits_without_having_been_seen(store):
    features(store).of([Item("a")])
    later = features(store)
    later.of([Item("a")])
    row = later.take()
    assert (row["cache/hits"], row["cache/seen_before"], row["cache/hits_seen_before"]) == (1, 0, 0)


def test_a_computed_feature_equals_a_cached_one_and_one_without_a_cache(store):
    item = Item("abc")
    source = features(store)
    computed, cached = source.of([item]), source.of([item])
    assert torch.equal(computed, cached)
    assert torch.equal(computed, features(None).of([item]))
    assert computed.dtype == torch.float32


@pytest.mark.parametrize(
    "other", [{"extractor": "another encoder"}, {"preprocessing": "flipped"}], ids=str
)
def test_another_extractor_or_preprocessing_finds_nothing(store, other):
    features(store).of([Item("a")])
    changed = features(store, **other)
    changed.of([Item("a")])
    assert changed.take()["cache/hits"] == 0
    assert len(entries(store.folder)) == 2


def test_another_image_finds_nothing(store):
    features(store).of([Item("a")])
    source = features(store)
    source.of([Item("b")])
    assert source.take()["cache/hits"] == 0


def test_the_parts_of_a_key_cannot_run_into_each_other():
    assert key_of("ab", "c", "d") != key_of("a", "bc", "d")


def test_with_the_device_in_the_key_nothing_is_ever_found(store):
    source = features(store, device_in_key=True)
    for _ in range(3):
        source.of([Item("a"), Item("b")])
    row = source.take()
    assert (row["cache/requests"], row["cache/hits"], row["cache/seen_before"]) == (6, 0, 4)
    assert len(entries(store.folder)) == 2  # written once, and never read


def test_without_a_cache_everything_is_computed(store):
    source = features(None)
    item = Item("a")
    source.of([item])
    source.of([item])
    assert item.loaded == ["a", "a"]
    assert source.take()["cache/bytes"] == 0


def test_a_feature_that_is_not_finite_is_refused_and_not_kept(store):
    made = Extractor(lambda images: torch.full((len(images), 1, 2, 2), 1e6), "e", "p")
    with pytest.raises(BadInput, match="image a: its feature holds NaN or infinity"):
        Features(made, store, torch.device("cpu")).of([Item("a")])
    assert not entries(store.folder)


def test_what_was_seen_survives_an_interruption(store):
    source = features(store)
    source.of([Item("a")])
    resumed = features(store)
    resumed.load_state_dict(source.state_dict())
    resumed.of([Item("a"), Item("b")])
    assert resumed.take()["cache/seen_before"] == 1


def test_an_entry_comes_back_as_it_was(store):
    store.write(KEYS[0], FEATURE)
    found = store.read(KEYS[0])
    assert found.dtype == FEATURE.dtype
    assert np.array_equal(found, FEATURE)
    assert store.read(KEYS[1]) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:30],
        lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
        lambda data: bytes(len(data)),
    ],
    ids=["empty", "torn", "only its head", "one bit", "zeros"],
)
def test_a_damaged_entry_is_found_counted_and_made_again(store, damage):
    source = features(store)
    whole = source.of([Item("a")])
    [path] = entries(store.folder)
    path.write_bytes(damage(path.read_bytes()))
    assert torch.equal(source.of([Item("a")]), whole)
    row = source.take()
    assert (row["cache/corrupt"], row["cache/hits"]) == (1, 0)
    assert torch.equal(source.of([Item("a")]), whole)
    assert source.take()["cache/hits"] == 1


def test_an_entry_under_another_key_is_damaged(store):
    data = encoded(FEATURE, KEYS[0])
    with pytest.raises(ValueError, match="check sum"):
        decoded(data, KEYS[1])


def test_a_key_is_written_once(store):
    store.write(KEYS[0], FEATURE)
    store.write(KEYS[0], FEATURE)
    assert (store.written, store.bytes) == (1, LENGTH)


def test_two_processes_at_once_write_each_key_once(tmp_path):
    program = (
        "import sys, numpy as np; from pathlib import Path;"
        "from trainers.feature_store import FeatureStore;"
        "store = FeatureStore(Path(sys.argv[1]), 2**20); sys.stdin.read(1);"
        "array = np.arange(2048, dtype=np.float16).reshape(8, 16, 16);"
        f"[store.write(key, array) for key in {KEYS!r}]; print(store.written)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)
    ]
    for process in both:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=60)[0]) for process in both) == len(KEYS)
    store = FeatureStore(tmp_path, MIB)
    assert store.bytes == len(KEYS) * LENGTH
    assert all(is_whole(store, key) for key in KEYS)


def test_kill_9_in_the_middle_of_a_write_leaves_nothing_broken(tmp_path):
    program = (
        "import sys, time, numpy as np; from pathlib import Path;"
        "from trainers.feature_store import FeatureStore;"
        "store = FeatureStore(Path(sys.argv[1]), 2**20);"
        f"store.write({KEYS[0]!r}, np.arange(2048, dtype=np.float16).reshape(8, 16, 16));"
        "Path.replace = lambda *_: (print('writing', flush=True), time.sleep(60));"
        f"store.write({KEYS[1]!r}, np.zeros(9))"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"writing\n"
    assert len(list(tmp_path.glob("*/*.part"))) == 1
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    store = FeatureStore(tmp_path, MIB)
    assert not list(tmp_path.glob("*/*.part"))
    assert store.bytes == LENGTH
    assert is_whole(store, KEYS[0])
    assert store.read(KEYS[1]) is None
    store.write(KEYS[1], FEATURE)
    assert is_whole(store, KEYS[1])
    assert store.corrupt == 0


def test_what_was_not_read_for_longest_makes_room(tmp_path):
    old = FeatureStore(tmp_path, 4 * LENGTH)
    for age, key in enumerate(KEYS[:4]):
        old.write(key, FEATURE)
        [path] = tmp_path.glob(f"*/{key}.feature")
        os.utime(path, (time.time() - 100 + age,) * 2)
    store = FeatureStore(tmp_path, 4 * LENGTH)
    assert store.read(KEYS[0]) is not None  # read just now, so KEYS[1] is the oldest
    store.write(KEYS[4], FEATURE)
    assert store.read(KEYS[1]) is None
    assert all(store.read(key) is not None for key in (KEYS[0], *KEYS[2:5]))
    assert (store.evicted, store.bytes) == (1, 4 * LENGTH)


def test_the_limit_holds_whatever_is_written(tmp_path):
    store = FeatureStore(tmp_path, 3 * LENGTH + 5)
    for key in KEYS:
        store.write(key, FEATURE)
        assert sum(path.stat().st_size for path in entries(tmp_path)) <= store.limit
    assert store.refused == len(KEYS) - 3  # what this run reads itself is not thrown out


def test_among_images_read_once_an_epoch_the_hit_rate_is_the_share_that_fits(tmp_path):
    source = features(FeatureStore(tmp_path, 0))
    source.of([Item("a")])
    source.store.limit = 4 * (size := len(encoded(np.zeros((1, 4, 4), np.float16), KEYS[0])))
    items = [Item(f"{number}") for number in range(8)]
    source.of(items)
    source.take()
    source.of(items)
    assert source.take()["cache/hit_rate"] == 0.5
    assert source.store.bytes == 4 * size


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_ends_the_writing_and_not_the_training(store, monkeypatch):
    source = features(store)
    source.of([Item("a")])
    monkeypatch.setattr(Path, "write_bytes", full)
    before = store.bytes
    assert source.of([Item("a"), Item("b")]).shape == (2, 1, 4, 4)
    assert store.off == "No space left on device"
    assert store.bytes == before
    assert not list(store.folder.glob("*/*.part"))
    monkeypatch.undo()
    assert store.read(entries(store.folder)[0].stem) is not None  # what is there is still read


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"cache_dir: .* cannot be written to"):
        FeatureStore(tmp_path / "file" / "cache", MIB)
