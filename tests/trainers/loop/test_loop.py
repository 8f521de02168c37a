"""The loop tells where the time goes, stops early, and goes on from another run's checkpoint."""

from __future__ import annotations

import errno
import os

import pytest
import torch

from tests.trainers.given import StoppingRecorder, curves, events, facts
from tests.trainers.plain import SCORE, PlainTask, plain_config, train
from trainers.errors import BadInput
from trainers.loop import checkpoints
from trainers.loop.fit import Loop
from trainers.loop.patience import Patience
from trainers.recorder import Recorder


def trained(run_dir, *, stop_after=None, seed=0, **values):
    recorder = StoppingRecorder(run_dir, stop_after)
    train(plain_config(**values), recorder=recorder, run_dir=run_dir, seed=seed)
    return events(run_dir)


def marks(seen):
    return {event["name"]: event["text"] for event in seen if event["kind"] == "mark"}


def saved_names(run_dir):
    return sorted(path.name for path in (run_dir / "checkpoints").iterdir())


def row(**values):
    config = plain_config(**values)
    return Loop(PlainTask(config), config, 0).update()


def test_the_parts_of_a_step_add_up_to_its_time():
    told = row(pause=0.01)
    times = {name: value for name, value in told.items() if name.startswith("time/")}
    whole, _worked = times.pop("time/step"), times.pop("time/cpu")
    parts = ("data", "transfer", "forward", "backward", "optimizer", "other")
    assert set(times) == {f"time/{part}" for part in parts}
    assert sum(times.values()) == pytest.approx(whole, abs=1e-9)
    assert all(value >= 0 for value in times.values())
    assert times["time/data"] >= 0.02  # two forward passes


def test_a_step_says_whether_its_gradients_were_shortened():
    assert row(max_grad_norm=1e-3)["train/clipped"] == 1
    assert row(max_grad_norm=1e6)["train/clipped"] == 0
    assert row(max_grad_norm=0)["train/clipped"] == 0


def test_the_update_is_told_relative_to_the_weights():
    config = plain_config()
    loop = Loop(PlainTask(config), config, 0)
    before = [parameter.detach().clone() for parameter in loop.parameters]
    told = loop.update()["train/update_ratio"]
    pairs = zip(loop.parameters, before, strict=True)
    moved = sum(float((new.detach() - old).square().sum()) for new, old in pairs)
    length = sum(float(old.square().sum()) for old in before)
    assert told == pytest.approx((moved / length) ** 0.5, rel=1e-5)


def test_an_update_that_rounding_swallows_is_told_as_none():
    config = plain_config(learning_rate=1e-12)
    loop = Loop(PlainTask(config), config, 0)
    assert loop.update()["train/update_ratio"] == 0


def test_weights_that_are_no_numbers_have_no_ratio():
    config = plain_config()
    loop = Loop(PlainTask(config), config, 0)
    with torch.no_grad():
        loop.parameters[0][0, 0] = torch.nan
    assert str(loop.update()["train/update_ratio"]) == "nan"


@pytest.mark.parametrize(
    ("direction", "scores", "over_after"),
    [
        ("lower", [3, 2, 2.5, 2.4], 4),
        ("lower", [3, 2.95, 2.91, 1], 3),  # gains that are too small
        ("higher", [1, 2, 1.5, 1.4], 4),
        ("higher", [1, 2, 3, 4], None),
        ("higher", [float("nan"), float("nan"), 4], 2),
        ("higher", [1, None, 2, None, None], 5),
    ],
)
def test_patience_ends_after_evaluations_without_a_gain(direction, scores, over_after):
    patience = Patience(SCORE.__class__(SCORE.name, "", direction), 2, 0.1)
    over = []
    for score in scores:
        patience.see(score)
        over.append(patience.is_over)
    assert (over.index(True) + 1 if any(over) else None) == over_after


EARLY = {"steps": 50, "evaluate_every": 2, "scores": "5 4 4.5 4.6 4.7 4.8", "stop_patience": 2}


def test_a_run_stops_early_saves_and_says_so(tmp_path):
    seen = trained(tmp_path, **EARLY)
    told = (
        "stopped early: eval/error has not become better than 4.0 by more than 0.0 in 2 evaluations"
    )
    assert (seen[-1]["status"], seen[-1]["text"]) == ("finished", told)
    assert marks(seen)["early_stop"] == told
    assert saved_names(tmp_path) == ["step-00000006.safetensors"]


def test_a_run_that_stopped_early_stays_ended(tmp_path):
    trained(tmp_path, **EARLY)
    again = trained(tmp_path, **EARLY)
    assert max(step for step, _ in curves(again)) == 6
    assert again[-1]["status"] == "finished"


def test_patience_survives_an_interruption(tmp_path):
    trained(tmp_path, stop_after=5, **EARLY)
    again = trained(tmp_path, **EARLY)
    assert max(step for step, _ in curves(again)) == 6


def test_a_run_goes_on_from_the_checkpoint_of_another(tmp_path):
    whole = trained(tmp_path / "whole", drop=0.5, steps=6)
    trained(tmp_path / "first", drop=0.5, steps=6, stop_after=3)
    parts = trained(tmp_path / "second", drop=0.5, steps=6, resume_from=str(tmp_path / "first"))
    late = {key: value for key, value in curves(whole).items() if key[0] > 3}
    assert curves(parts) == late
    saved = tmp_path / "first" / "checkpoints" / "step-00000003.safetensors"
    assert facts(parts)["resume/from"] == str(saved)
    assert "resume/differs" not in facts(parts)
    assert marks(parts)["resumed_from"] == f"Goes on from {saved}, step 3"


def test_its_own_checkpoint_comes_before_that_of_another_run(tmp_path):
    trained(tmp_path / "first", stop_after=1)
    source = str(tmp_path / "first" / "checkpoints" / "step-00000001.safetensors")
    trained(tmp_path / "second", resume_from=source, stop_after=2)
    again = trained(tmp_path / "second", resume_from=source)
    assert [e["step"] for e in again if e["kind"] == "start"] == [1, 2]


def test_another_configuration_is_refused_by_name_unless_it_is_accepted(tmp_path):
    first = str(tmp_path / "first")
    trained(tmp_path / "first", stop_after=1, checkpoint_every=2)
    named = r"it differs in drop, learning_rate, seed\)"
    with pytest.raises(BadInput, match=named):
        trained(tmp_path / "no", resume_from=first, learning_rate=1e-3, drop=0.1, seed=1)
    seen = trained(
        tmp_path / "yes", resume_from=first, resume_other="accept", learning_rate=1e-3, seed=1
    )
    assert facts(seen)["resume/differs"] == ["learning_rate", "seed"]
    told = "The checkpoint is of another configuration: it differs in learning_rate, seed"
    assert marks(seen)["resumed_other"] == told
    assert seen[-1]["status"] == "finished"


def test_a_checkpoint_of_another_model_does_not_fit(tmp_path):
    trained(tmp_path / "first", stop_after=1)
    saved = checkpoints.read(tmp_path / "first" / "checkpoints" / "step-00000001.safetensors")
    state = {**saved.state, "model": {"0.weight": torch.zeros(2, 2)}}
    checkpoints.write(tmp_path / "other", 1, "another", state)
    with pytest.raises(BadInput, match="does not fit this model and task: Error"):
        trained(tmp_path / "no", resume_from=str(tmp_path / "other"), resume_other="accept")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("nowhere", "there is no .*nowhere"),
        ("", "holds no checkpoints"),
        ("file", "cannot be read"),
    ],
)
def test_what_cannot_be_gone_on_from_is_named(tmp_path, told, says):
    (tmp_path / "file").write_bytes(b"no checkpoint")
    with pytest.raises(BadInput, match=says):
        trained(tmp_path / "run", resume_from=str(tmp_path / told))


def test_a_checkpoint_with_nothing_left_to_do_is_refused(tmp_path):
    trained(tmp_path / "first")
    with pytest.raises(BadInput, match="is of step 4, and steps is 4: nothing is left to do"):
        trained(tmp_path / "second", resume_from=str(tmp_path / "first"))


@pytest.fixture
def full_disk(monkeypatch):
    """Writing a checkpoint fails until `space` is set."""
    state = {"space": False}
    whole = os.fsync

    def fsync(file):
        if not state["space"]:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(file)

    monkeypatch.setattr(os, "fsync", fsync)
    return state


def test_a_full_disk_costs_a_checkpoint_and_is_told_and_the_training_goes_on(tmp_path, full_disk):
    class Freed(Recorder):
        def mark(self, step, name, text):
            super().mark(step, name, text)
            full_disk["space"] = True

    config = plain_config(checkpoint_every=2)
    train(config, recorder=Freed(tmp_path), run_dir=tmp_path, seed=0)
    told = marks(events(tmp_path))["checkpoint_not_saved"]
    assert told.startswith("Step 2 is not saved: No space left on device")
    assert events(tmp_path)[-1]["status"] == "finished"
    assert saved_names(tmp_path) == ["step-00000004.safetensors"]


def test_a_full_disk_at_the_end_is_an_error_that_says_how_to_go_on(tmp_path, full_disk):
    with pytest.raises(BadInput, match="step 4 could not be saved: No space left on device"):
        trained(tmp_path)
    assert saved_names(tmp_path) == []  # the room is given back
    full_disk["space"] = True
    assert trained(tmp_path)[-1]["status"] == "finished"


def test_a_checkpoint_that_was_not_written_to_its_end_is_not_seen(tmp_path):
    trained(tmp_path, stop_after=2)
    torn = tmp_path / "checkpoints" / "step-00000003.new"
    torn.write_bytes(b"half of")
    starts = [event["step"] for event in trained(tmp_path) if event["kind"] == "start"]
    assert starts == [0, 2]


def test_a_step_that_waits_takes_no_processor_time():
    told = row(pause=0.05)
    assert told["time/cpu"] < told["time/step"]
