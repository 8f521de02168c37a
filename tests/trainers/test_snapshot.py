"""What a run was made of: code, packages, machine, command, seed; and data once it is known."""

from tests.trainers.given import events, short, trained
from trainers import snapshot


def test_names_code_packages_machine_and_seed():
    found = snapshot.take(7, device="cpu")
    assert len(found["git"]["commit"]) == 40
    assert found["packages"]["torch"].startswith("2.")
    assert found["machine"]["cpus"] >= 1
    assert (found["seed"], found["device"]) == (7, "cpu")
    assert found["command"]


def test_an_edited_tree_is_told_by_the_hash_of_its_difference(monkeypatch):
    answers = {"rev-parse": "a" * 40, "diff": "+ one line", "status": " M trainers/loop/fit.py\n"}
    monkeypatch.setattr(snapshot, "_git", lambda folder, *arguments: answers[arguments[0]])
    found = snapshot.git()
    assert found["dirty"] is True
    assert found["changed"] == ["trainers/loop/fit.py"]
    assert len(found["diff_sha256"]) == 64
    assert found["diff"] == "+ one line"


def test_edits_that_are_too_long_are_told_by_their_length(monkeypatch):
    long = "+" * (snapshot.MOST_DIFF + 1)
    answers = {"rev-parse": "a" * 40, "diff": long, "status": " M data.csv\n"}
    monkeypatch.setattr(snapshot, "_git", lambda folder, *arguments: answers[arguments[0]])
    found = snapshot.git()
    assert "diff" not in found
    assert found["diff_bytes"] == snapshot.MOST_DIFF + 1
    assert len(found["diff_sha256"]) == 64


def test_without_git_there_is_no_git(monkeypatch):
    monkeypatch.setattr(snapshot, "_git", lambda *arguments: "")
    assert snapshot.git() == {}


def test_a_training_adds_device_and_data(tmp_path):
    trained(tmp_path, short(steps=1))
    found = [event["data"] for event in events(tmp_path) if event["kind"] == "snapshot"][-1]
    assert found["device"] == "cpu"
    assert len(found["data"]) == 16
