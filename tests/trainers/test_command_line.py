"""python -m trainers: bad input gets one clear line and exit code 2, and nothing is trained."""

import json
import signal

import pytest

from tests.trainers.given import SHORT, events
from trainers.__main__ import main
from trainers.region_contrastive import train as region_train


@pytest.fixture(autouse=True)
def signals_as_they_were():
    """The recorder takes SIGTERM and Ctrl-C for itself; the test run keeps its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def refused(capsys):
    """The one line that a refused command prints."""

    def run(*arguments):
        assert main([str(argument) for argument in arguments]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1, error
        assert "Traceback" not in error
        return error

    return run


def region(run_dir, *more):
    return ("region_contrastive", "--run-dir", run_dir, *more)


def test_an_unknown_trainer_is_refused_with_those_there_are(refused, tmp_path):
    error = refused("regoin", "--run-dir", tmp_path / "run")
    assert "there is no trainer 'regoin'; there are: region_contrastive" in error
    assert not (tmp_path / "run").exists()


def test_an_unknown_field_is_refused_with_those_there_are(refused, tmp_path):
    error = refused(*region(tmp_path / "run", "--set", "learning_rat=1"))
    assert "learning_rat: region_contrastive has no such field; it has:" in error
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("steps=0", "steps: Input should be greater than or equal to 1"),
        ("learning_rate=-1", "learning_rate: Input should be greater than 0"),
        ("logit_scale_value=14.28", "logit_scale_value: Input should be less than or equal to 4.6"),
        ("precision=fp8", "precision: Input should be 'fp32', 'bf16' or 'bf16_weights'"),
        ("filter_boxes=maybe", "filter_boxes: Input should be a valid boolean"),
        ("steps=many", "steps: Input should be a valid integer"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_range(refused, tmp_path, value, says):
    assert says in refused(*region(tmp_path / "run", "--set", value))


def test_a_seed_out_of_range_is_refused(refused, tmp_path):
    assert "seed: -1 is out of range" in refused(*region(tmp_path / "run", "--seed", "-1"))
    assert not (tmp_path / "run").exists()


def test_a_value_without_a_name_is_refused(refused, tmp_path):
    assert "write it as KEY=VALUE" in refused(*region(tmp_path, "--set", "steps"))


def test_an_unknown_preset_is_refused(refused, tmp_path):
    assert "unknown preset 'afer'" in refused(*region(tmp_path, "--preset", "afer"))


def test_a_missing_run_dir_is_refused(refused):
    assert "--run-dir" in refused("region_contrastive")


def test_a_run_dir_that_cannot_be_made_is_refused(refused, tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written to" in refused(*region(tmp_path / "file" / "run"))


def test_a_missing_weights_file_is_refused(refused, tmp_path):
    error = refused(*region(tmp_path / "run", "--set", "checkpoint=/nowhere/base.safetensors"))
    assert "there is no file /nowhere/base.safetensors" in error
    assert events(tmp_path / "run")[-1]["status"] == "failed"


def test_a_damaged_weights_file_is_refused(refused, tmp_path):
    (tmp_path / "base.safetensors").write_bytes(b"junk" * 10)
    error = refused(*region(tmp_path / "run", "--set", f"checkpoint={tmp_path}/base.safetensors"))
    assert "damaged or no safetensors file" in error


def test_a_missing_clip_directory_is_refused(refused, tmp_path):
    error = refused(*region(tmp_path / "run", "--set", "clip_model=/nowhere/clip"))
    assert "/nowhere/clip holds no config.json" in error


def test_a_corrupt_checkpoint_is_refused_with_its_name_and_what_to_do(refused, tmp_path):
    path = tmp_path / "checkpoints" / "step-00000002.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"junk" * 100)
    error = refused(*region(tmp_path, "--preset", "quick"))
    assert str(path) in error
    assert "Move the file away" in error


def test_a_run_dir_of_another_configuration_is_refused(refused, tmp_path):
    write_config(tmp_path, "region_contrastive", SHORT)
    assert "already holds another configuration" in refused(*region(tmp_path, "--preset", "before"))
    assert "already holds another configuration" in refused(*region(tmp_path, "--seed", 4))


def test_a_run_dir_of_another_trainer_is_refused(refused, tmp_path):
    write_config(tmp_path, "rehearsal", {})
    assert "is of the trainer 'rehearsal'" in refused(*region(tmp_path))


@pytest.mark.parametrize("text", ["{", "[]", '{"trainer": "region_contrastive"}'])
def test_a_broken_config_json_is_refused(refused, tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    assert "it needs trainer, seed, config" in refused(*region(tmp_path))


def test_a_wrong_field_in_config_json_is_refused_by_name(refused, tmp_path):
    write_config(tmp_path, "region_contrastive", {"steps": -3})
    assert f"{tmp_path / 'config.json'}: steps:" in refused(*region(tmp_path))


def test_trains_by_config_json_where_there_is_one(tmp_path):
    write_config(tmp_path, "region_contrastive", {**SHORT, "steps": 1})
    assert main(region(str(tmp_path))) == 0
    kinds = [event["kind"] for event in events(tmp_path)]
    assert kinds[0] == "snapshot"
    assert kinds[-1] == "end"


def test_writes_config_json_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(region_train, "train", lambda config, **_: None)
    assert (
        main([*region(str(tmp_path)), "--preset", "before", "--set", "steps=7", "--seed", "3"]) == 0
    )
    stored = json.loads((tmp_path / "config.json").read_text())
    assert (stored["trainer"], stored["seed"]) == ("region_contrastive", 3)
    assert (stored["config"]["steps"], stored["config"]["precision"]) == (7, "bf16_weights")


def test_the_same_order_twice_is_no_contradiction(tmp_path, monkeypatch):
    monkeypatch.setattr(region_train, "train", lambda config, **_: None)
    order = [*region(str(tmp_path)), "--preset", "before", "--seed", "3"]
    assert main(order) == main(order) == main(region(str(tmp_path))) == 0


def test_a_failure_is_recorded_and_comes_through(tmp_path, monkeypatch):
    def broken(config, **_):
        raise RuntimeError("the GPU fell off")

    monkeypatch.setattr(region_train, "train", broken)
    with pytest.raises(RuntimeError):
        main([*region(str(tmp_path)), "--seed", "3"])
    assert events(tmp_path)[-1]["text"] == "RuntimeError: the GPU fell off"


def write_config(folder, trainer, values):
    (folder / "config.json").write_text(
        json.dumps({"trainer": trainer, "seed": 1, "config": dict(values)})
    )
