"""Every byte arrives once, whatever breaks in between."""

import json

import pytest

from dashboard.training import client
from dashboard.training.shipping import LONGEST_LINE, Shipper, shippers


class App:
    """An app that stores bytes by offset, and can be made to fail."""

    def __init__(self) -> None:
        self.stored = {"events": b"", "log": b""}
        self.sources: set[str] = set()
        self.away = False
        self.answer_is_lost = False

    def send(self, run_id: str, part: str, offset: int, body: bytes, source: str) -> int:
        if self.away:
            raise client.Unreachable("away")
        self.sources.add(source)
        stored = self.stored[part]
        if offset > len(stored):
            raise client.Refused(409, {"expected": len(stored)})
        self.stored[part] = stored + body[len(stored) - offset :]
        if self.answer_is_lost:
            raise client.Unreachable("cut off")
        return len(self.stored[part])


@pytest.fixture
def app():
    return App()


@pytest.fixture
def run_dir(tmp_path):
    (tmp_path / "events.jsonl").write_bytes(b'{"a": 1}\n{"b": 2}\n{"torn')
    (tmp_path / "console.log").write_bytes(b"hello")
    return tmp_path


def test_whole_lines_and_all_of_the_log_are_sent(app, run_dir):
    shipper = Shipper("r", run_dir, app.send)
    shipper.ship()
    assert app.stored == {"events": b'{"a": 1}\n{"b": 2}\n', "log": b"hello"}
    assert shipper.is_done


def test_a_lost_answer_does_not_double_anything(app, run_dir):
    app.answer_is_lost = True
    with pytest.raises(client.Unreachable):
        Shipper("r", run_dir, app.send).ship()
    app.answer_is_lost = False
    Shipper("r", run_dir, app.send).ship()
    assert app.stored["events"] == b'{"a": 1}\n{"b": 2}\n'
    assert len(app.sources) == 1


def test_an_app_that_forgot_is_sent_it_again(app, run_dir):
    Shipper("r", run_dir, app.send).ship()
    app.stored["events"] = b""
    with (run_dir / "events.jsonl").open("ab") as file:
        file.write(b'"}\n')
    Shipper("r", run_dir, app.send).ship()
    assert app.stored["events"] == (run_dir / "events.jsonl").read_bytes()


def test_a_refusal_is_not_hidden(run_dir):
    def refuse(*_: object) -> int:
        raise client.Refused(413, {"detail": "too large"})

    with pytest.raises(client.Refused, match="too large"):
        Shipper("r", run_dir, refuse).ship()


def test_a_directory_larger_than_a_piece_arrives_whole(app, tmp_path):
    body = b"".join(json.dumps({"step": i, "x": "y" * 90}).encode() + b"\n" for i in range(30_000))
    (tmp_path / "events.jsonl").write_bytes(body)
    Shipper("r", tmp_path, app.send).ship()
    assert app.stored["events"] == body


def test_a_line_longer_than_a_piece_arrives_whole(app, tmp_path):
    body = b'{"x": "' + b"y" * 3_000_000 + b'"}\n'
    (tmp_path / "events.jsonl").write_bytes(body)
    Shipper("r", tmp_path, app.send).ship()
    assert app.stored["events"] == body


def test_what_was_never_acknowledged_is_found_later(app, tmp_path):
    for name in ("sent", "unsent"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.jsonl").write_bytes(b'{"a": 1}\n')
    Shipper("sent", tmp_path / "sent", app.send).ship()
    app.away = True
    with pytest.raises(client.Unreachable):
        Shipper("unsent", tmp_path / "unsent", app.send).ship()
    unsent = [shipper.run_id for shipper in shippers(tmp_path) if not shipper.is_done]
    assert unsent == ["unsent"]


def test_looking_for_leftovers_writes_nothing(app, tmp_path):
    (tmp_path / "run").mkdir()
    Shipper("run", tmp_path / "run", app.send).ship()
    before = (tmp_path / "run" / "shipped.json").stat()
    assert all(shipper.is_done for shipper in shippers(tmp_path))
    after = (tmp_path / "run" / "shipped.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_line_that_no_post_can_hold_is_told_and_not_taken_for_the_end(app, tmp_path):
    (tmp_path / "events.jsonl").write_bytes(b'{"x": "' + b"y" * LONGEST_LINE + b'"}\n{"a": 1}\n')
    with pytest.raises(client.Refused, match="longer than 16 MiB"):
        Shipper("r", tmp_path, app.send).ship()
