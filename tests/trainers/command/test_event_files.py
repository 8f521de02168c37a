"""Scalars of TensorBoard's event files, while the command writes them."""

import struct
import time

import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from tests.trainers.command.test_reading import Notes
from trainers.command.event_files import EventFiles
from trainers.command.parts import TensorBoard

NOW = time.time()


def record(step=0, *, data=None, **scalars):
    """The bytes of one event; `train_loss=1` is the tag train/loss."""
    values = [
        summary_pb2.Summary.Value(tag=name.replace("_", "/", 1), simple_value=value)
        for name, value in scalars.items()
    ]
    event = event_pb2.Event(step=step, summary=summary_pb2.Summary(value=values))
    data = event.SerializeToString() if data is None else data
    size = struct.pack("<Q", len(data))
    checksums = [struct.pack("<I", masked_crc32c(part)) for part in (size, data)]
    return size + checksums[0] + data + checksums[1]


@pytest.fixture
def files(tmp_path):
    """Event files below a directory, and what was read of them."""

    class Files:
        notes = Notes()

        def open(self, **given):
            self.notes = Notes()
            self.reader = EventFiles(tmp_path, TensorBoard(**given), NOW, self.notes)
            return self.reader

        def write(self, *records, folder=".", born=NOW + 1):
            path = tmp_path / folder / f"events.out.tfevents.{born:.0f}.host.1.0"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(b"".join(records))
            return path

        def read(self, **given):
            self.open(**given).end()
            return self.notes.scalar_lines

    return Files()


def test_scalars_have_their_tags_and_steps(files):
    files.write(record(data=b""), record(1, train_loss=0.5, train_lr=0.25), record(2, train_loss=4))
    assert files.read() == [(1, {"train/loss": 0.5, "train/lr": 0.25}), (2, {"train/loss": 4.0})]
    assert list(files.reader.complaints()) == []


def test_what_is_added_later_is_read_later(files):
    files.write(record(1, train_loss=1))
    reader = files.open()
    reader.poll()
    reader.poll()
    files.write(record(2, train_loss=2))
    reader.poll()
    assert files.notes.scalar_lines == [(1, {"train/loss": 1.0}), (2, {"train/loss": 2.0})]


def test_a_torn_record_waits_for_its_rest(files):
    whole = record(1, train_loss=1)
    for cut in (3, 10, 15, len(whole) - 1):
        path = files.write(whole[:cut], folder=str(cut))
        reader = files.open(writers={"*": ""})
        reader.poll()
        assert files.notes.scalar_lines == []
        assert any("the last record is torn" in text for text in reader.complaints())
        with path.open("ab") as file:
            file.write(whole[cut:])
        reader.poll()
        assert files.notes.scalar_lines == [(1, {"train/loss": 1.0})]
        path.unlink()


def test_a_subdirectory_is_a_prefix(files):
    files.write(record(1, loss=1), folder="eval")
    files.write(record(1, loss=2), folder="a/b")
    files.write(record(1, loss=3))
    named = [name for _, values in files.read() for name in values]
    assert sorted(named) == ["a/b/loss", "eval/loss", "loss"]


def test_writers_and_tags_can_be_named_otherwise(files):
    files.write(record(1, Loss_Region=1), folder="runs/Oct19_15-00-00_host")
    given = {"writers": {"runs/*": ""}, "names": {"Loss/Region": "train/loss/region"}}
    assert files.read(**given) == [(1, {"train/loss/region": 1.0})]


def test_files_of_earlier_runs_are_left_alone(files):
    files.write(record(1, train_loss=9), born=NOW - 3600)
    files.write(record(1, train_loss=1))
    assert files.read() == [(1, {"train/loss": 1.0})]


def test_no_scalar_at_all_is_told(files):
    files.write(record(1, train_loss=9), born=NOW - 3600)
    assert files.read() == []
    [text] = files.reader.complaints()
    assert "no scalar was found" in text
    assert "0 files of this run, 1 older" in text


@pytest.mark.parametrize("place", [2, 30])
def test_a_damaged_record_is_told_and_ends_the_reading(files, place):
    good, bad = record(1, train_loss=1), bytearray(record(2, train_loss=2))
    bad[place] ^= 1
    files.write(good, bytes(bad), record(3, train_loss=3))
    assert files.read() == [(1, {"train/loss": 1.0})]
    [text] = files.reader.complaints()
    assert "were not read" in text
    assert f"byte {len(good)}" in text


def test_large_records_are_passed_over_quickly(files):
    size = struct.pack("<Q", 20_000_000)
    head = size + struct.pack("<I", masked_crc32c(size))
    files.write(head, b"\0" * (20_000_000 + 4), record(3, train_loss=1))
    begin = time.monotonic()
    assert files.read() == [(3, {"train/loss": 1.0})]
    assert time.monotonic() - begin < 2


def test_a_step_below_0_is_told(files):
    files.write(record(-1, train_loss=1))
    assert files.read() == []
    assert any("step -1 of train/loss is outside" in text for text in files.reader.complaints())


def test_a_file_that_is_deleted_meanwhile_is_no_error(files):
    path = files.write(record(1, train_loss=1))
    reader = files.open()
    reader.poll()
    path.unlink()
    reader.poll()
    reader.end()


def test_torchs_own_writer_is_read_in_both_ways_of_writing(tmp_path):
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    notes = Notes()
    with tensorboard.SummaryWriter(tmp_path) as writer:
        writer.add_scalar("train/loss", 0.5, 1)
        writer.add_scalar("train/loss", float("nan"), 2)
        writer.add_scalar("train/lr", 0.25, 2, new_style=True)
        writer.add_scalar("train/lr", 0.125, 3, new_style=True)
        writer.add_text("note", "not a number", 3)
        writer.add_histogram("weights", __import__("numpy").arange(10.0), 3)
        writer.add_scalars("both", {"a": 1.0, "b": 2.0}, 4)
    EventFiles(tmp_path, TensorBoard(), NOW, notes).end()
    found = sorted(
        (name, step, value) for step, vs in notes.scalar_lines for name, value in vs.items()
    )
    assert [f"{name} {step} {value:g}" for name, step, value in found] == [
        "both_a/both 4 1",
        "both_b/both 4 2",
        "train/loss 1 0.5",
        "train/loss 2 nan",
        "train/lr 2 0.25",
        "train/lr 3 0.125",
    ]


def test_a_command_that_writes_event_files_has_curves(bench):
    program = bench.script("""
        import sys
        from torch.utils.tensorboard import SummaryWriter
        with SummaryWriter(sys.argv[1]) as writer:
            for step in range(1, 6):
                writer.add_scalar("loss", 1 / step, step)
    """)
    tensorboard = {"directory": "{run_dir}/board", "names": {"loss": "train/loss"}}
    bench.register(run=[*program, "{run_dir}/board"], tensorboard=tensorboard)
    assert bench.run() == 0
    assert [step for step, _ in bench.curve("train/loss")] == [1, 2, 3, 4, 5]
    assert bench.complaints == []
