"""Every sample file arrives, whatever breaks in between, and never before the events."""

import threading
import time

import pytest

from dashboard.training import client
from dashboard.training.sample_shipping import NOTED, SampleShipper, sample_shippers
from trainers.sample_document import FILE_LIMIT, file_name


class App:
    """An app that keeps files, and can be made to fail."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.away = False
        self.refuses = ""

    def put(self, run_id: str, name: str, body: bytes) -> None:
        self.calls.append(name)
        if self.away:
            raise client.Unreachable("away")
        if self.refuses:
            raise client.Refused(400, {"detail": self.refuses})
        self.files[name] = body


@pytest.fixture
def app():
    return App()


def written(run_dir, data, suffix="png"):
    (run_dir / "samples").mkdir(exist_ok=True)
    name = file_name(data, suffix)
    (run_dir / "samples" / name).write_bytes(data)
    return name


def test_a_document_is_sent_after_its_pictures(app, tmp_path):
    picture = written(tmp_path, b"picture")
    document = written(tmp_path, b"{}", "json")
    SampleShipper("r", tmp_path, app.put).ship()
    assert app.calls == [picture, document]
    assert app.files[picture] == b"picture"


def test_what_is_acknowledged_is_not_sent_again_by_the_next_process(app, tmp_path):
    written(tmp_path, b"one")
    SampleShipper("r", tmp_path, app.put).ship()
    second = written(tmp_path, b"two")
    SampleShipper("r", tmp_path, app.put).ship()
    assert app.calls.count(second) == 1
    assert len(app.calls) == 2


def test_a_note_that_a_kill_tore_costs_one_more_post(app, tmp_path):
    name = written(tmp_path, b"one")
    (tmp_path / NOTED).write_text(name[:20])
    SampleShipper("r", tmp_path, app.put).ship()
    SampleShipper("r", tmp_path, app.put).ship()
    assert app.calls == [name]


def test_while_the_app_is_away_nothing_is_lost(app, tmp_path):
    written(tmp_path, b"one")
    app.away = True
    shipper = SampleShipper("r", tmp_path, app.put)
    with pytest.raises(client.Unreachable):
        shipper.ship()
    app.away = False
    shipper.ship()
    assert len(app.files) == 1


def test_a_refused_file_is_told_once_and_does_not_hold_up_the_others(app, tmp_path, caplog):
    written(tmp_path, b"one")
    app.refuses = "it is no PNG picture"
    SampleShipper("r", tmp_path, app.put).ship()
    app.refuses = ""
    later = written(tmp_path, b"two")
    SampleShipper("r", tmp_path, app.put).ship()
    assert list(app.files) == [later]
    assert caplog.text.count("it is no PNG picture") == 1
    assert "it is no PNG picture" in (tmp_path / NOTED).read_text()


def test_a_file_that_no_app_takes_is_not_even_read(app, tmp_path, caplog):
    written(tmp_path, b"x" * (FILE_LIMIT + 1))
    SampleShipper("r", tmp_path, app.put).ship()
    assert app.calls == []
    assert f"more than {FILE_LIMIT} bytes" in caplog.text


def test_half_written_and_foreign_files_stay_where_they_are(app, tmp_path):
    name = written(tmp_path, b"one")
    for other in (f".{name}.new", "notes.txt", "secret.png"):
        (tmp_path / "samples" / other).write_text("x")
    shipper = SampleShipper("r", tmp_path, app.put)
    assert [path.name for path in shipper.pending()] == [name]


def test_a_directory_without_samples_has_nothing_to_send(app, tmp_path):
    SampleShipper("r", tmp_path, app.put).ship()
    assert app.calls == []
    assert not (tmp_path / NOTED).exists()


def test_beside_the_run_a_slow_app_holds_up_nobody(app, tmp_path):
    gate = threading.Event()

    def slow(run_id: str, name: str, body: bytes) -> None:
        gate.wait(10)
        app.put(run_id, name, body)

    written(tmp_path, b"one")
    began = time.monotonic()
    with SampleShipper("r", tmp_path, slow).beside():
        assert time.monotonic() - began < 1
        gate.set()
    assert len(app.files) == 1


def test_what_a_runner_left_is_found_by_the_worker(app, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    written(tmp_path / "b", b"one")
    assert [shipper.run_id for shipper in sample_shippers(tmp_path)] == ["b"]
