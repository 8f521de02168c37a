"""Checkpoints: whole or not at all, damage is noticed and told in one line."""

import hashlib
import json

import pytest
import torch

from tests.trainers.given import short
from trainers.errors import BadInput
from trainers.loop import checkpoints
from trainers.loop.config import BESIDE_LEARNING

STATE = {
    "model": {"weight": torch.randn(3, 2), "half": torch.randn(4).bfloat16()},
    "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "groups": [{"lr": 0.1, "on": True}]},
    "task": {"count": 7, "rows": torch.arange(3), "text": "x", "none": None},
}


def written(folder, step=10):
    return checkpoints.write(folder, step, "mark", STATE)


def same(one, other):
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_gives_back_what_was_written(tmp_path):
    found = checkpoints.read(written(tmp_path))
    assert (found.step, found.fingerprint) == (10, "mark")
    assert same(found.state, STATE)


def test_the_newest_is_the_one_of_the_highest_step(tmp_path):
    for step in (9, 10, 100):
        written(tmp_path, step)
    newest = checkpoints.newest(tmp_path)
    assert newest is not None
    assert newest.name == "step-00000100.safetensors"


def test_keeps_the_last_two(tmp_path):
    for step in range(5):
        written(tmp_path, step)
    assert len(list((tmp_path / "checkpoints").iterdir())) == 2


def test_keeps_the_newest_sound_one_beside_the_last_two(tmp_path):
    for step in range(8):
        checkpoints.write(tmp_path, step, "mark", STATE, sound=step < 4)
    kept = sorted(checkpoints.step_of(path) for path in (tmp_path / "checkpoints").iterdir())
    assert kept == [3, 6, 7]
    assert checkpoints.newest_sound(tmp_path) == tmp_path / "checkpoints/step-00000003.safetensors"


def test_where_none_is_sound_none_is_called_so(tmp_path):
    checkpoints.write(tmp_path, 1, "mark", STATE, sound=False)
    (tmp_path / "checkpoints" / "step-00000002.safetensors").write_bytes(b"damaged")
    assert checkpoints.newest_sound(tmp_path) is None


def test_a_directory_without_checkpoints_has_no_newest(tmp_path):
    assert checkpoints.newest(tmp_path) is None


def test_a_half_written_file_is_no_checkpoint(tmp_path):
    path = written(tmp_path)
    (path.parent / "step-00000011.new").write_bytes(path.read_bytes()[:100])
    assert checkpoints.newest(tmp_path) == path


def damage_by_cutting(data):
    return data[: len(data) // 2]


def damage_by_one_bit(data):
    return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]


def damage_by_junk(data):
    return b"junk" * 50


def damage_by_emptying(data):
    return b""


@pytest.mark.parametrize(
    "damage", [damage_by_cutting, damage_by_one_bit, damage_by_junk, damage_by_emptying]
)
def test_damage_is_noticed_and_the_error_names_the_file_and_what_to_do(tmp_path, damage):
    path = written(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadInput) as caught:
        checkpoints.read(path)
    assert str(path) in str(caught.value)
    assert "Move the file away" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_programs_file_is_refused(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.ones(2)}, path)
    with pytest.raises(BadInput, match="is missing in its header"):
        checkpoints.read(path)


def is_new(field):
    return isinstance(field.json_schema_extra, dict) and "added" in field.json_schema_extra


def test_fields_of_a_newer_version_do_not_change_the_mark_at_their_default():
    config = short()
    older = {
        name: value
        for name, value in config.model_dump(mode="json").items()
        if not is_new(type(config).model_fields[name])
    }
    learnt = {name: value for name, value in older.items() if name not in BESIDE_LEARNING}
    text = json.dumps({"config": learnt, "seed": 3}, sort_keys=True)
    as_before = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert checkpoints.fingerprint(config, 3) == as_before
    assert checkpoints.fingerprint(short(processes=2), 3) != as_before
    assert checkpoints.fingerprint(short(resume_from="elsewhere", stop_patience=2), 3) == as_before
