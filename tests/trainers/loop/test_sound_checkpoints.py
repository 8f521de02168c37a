"""Weights that became NaN do not push out the last good checkpoint, and are not gone on from."""

from __future__ import annotations

import math

import pytest

from tests.trainers.given import StoppingRecorder, curves, events
from tests.trainers.plain import PlainTask, plain_config
from trainers.errors import BadInput
from trainers.loop.fit import fit


class Breaking(PlainTask):
    """Its loss is not a number from an update on."""

    breaks_at = 3

    def losses(self, batch):
        losses = super().losses(batch)
        broken = self.updates + 1 >= self.breaks_at and self.model.training
        return {"squared": losses["squared"] * math.nan} if broken else losses


def trained(run_dir, task=Breaking, stop_after=None, **values):
    config = plain_config(steps=9, checkpoint_every=1, **values)
    fit(
        task(config),
        config,
        recorder=StoppingRecorder(run_dir, stop_after),
        run_dir=run_dir,
        seed=0,
    )
    return events(run_dir)


def facts(seen):
    """All that were told, the later ones over the earlier."""
    values = [event["values"] for event in seen if event["kind"] == "facts"]
    return {name: value for told in values for name, value in told.items()}


def steps(run_dir):
    return sorted(int(path.stem[5:]) for path in (run_dir / "checkpoints").iterdir())


def test_the_last_checkpoint_from_before_a_nan_is_kept_however_many_follow(tmp_path):
    trained(tmp_path, stop_after=7)
    assert steps(tmp_path) == [2, 6, 7]


def test_a_stopped_run_says_what_it_saved_and_what_of_it_is_sound(tmp_path):
    told = facts(trained(tmp_path, stop_after=7))
    folder = tmp_path / "checkpoints"
    assert told["checkpoint/step"] == 7
    assert told["checkpoint/path"] == str(folder / "step-00000007.safetensors")
    assert told["checkpoint/sound/step"] == 2
    assert told["checkpoint/sound/path"] == str(folder / "step-00000002.safetensors")


def test_a_run_that_was_well_keeps_two_and_the_newest_is_sound(tmp_path):
    told = facts(trained(tmp_path, task=PlainTask, stop_after=5))
    assert steps(tmp_path) == [4, 5]
    assert told["checkpoint/sound/step"] == told["checkpoint/step"] == 5


def test_another_run_goes_on_from_the_sound_one_and_says_that_there_is_a_newer(tmp_path):
    trained(tmp_path / "first", stop_after=7)
    seen = trained(tmp_path / "second", task=PlainTask, resume_from=str(tmp_path / "first"))
    assert min(step for step, _ in curves(seen)) == 3
    assert all(math.isfinite(v) for (_, name), v in curves(seen).items() if name == "train/loss")
    [mark] = [event["text"] for event in seen if event["kind"] == "mark"]
    assert mark.endswith("step 2; there is a newer one, of step 7")


def test_a_run_whose_every_checkpoint_is_broken_is_not_gone_on_from(tmp_path):
    class Broken(Breaking):
        breaks_at = 1

    trained(tmp_path / "first", task=Broken, stop_after=3)
    assert "checkpoint/sound/step" not in facts(events(tmp_path / "first"))
    with pytest.raises(BadInput, match="weights that are not finite"):
        trained(tmp_path / "second", resume_from=str(tmp_path / "first"))
