"""A trainer told as text and as data."""

import json

import pytest

from trainers.__main__ import main
from trainers.catalog import TRAINERS
from trainers.describe import as_text, described


@pytest.mark.parametrize("name", TRAINERS)
def test_the_text_names_every_setting_preset_metric_and_fix(name):
    trainer, text = TRAINERS[name], as_text(TRAINERS[name])
    for setting in trainer.config.model_fields:
        assert f"  {setting} = " in text
    for one in (*trainer.presets, *(m.name for m in trainer.metrics)):
        assert f"  {one}: " in text
    for fix in trainer.fixes:
        assert fix.symptom in text


@pytest.mark.parametrize("name", TRAINERS)
def test_what_is_told_can_travel_as_json(name):
    told = described(TRAINERS[name])
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_texts_are_put_into_the_readers_language():
    told = described(TRAINERS["rehearsal"], str.upper)
    assert told["title"] == TRAINERS["rehearsal"].title.upper()
    assert told["schema"]["properties"]["steps"]["group"].isupper()


def test_the_command_line_tells_it_without_a_run_directory(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["rehearsal", "--describe"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == as_text(TRAINERS["rehearsal"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["nope", "--describe"], "there is no trainer 'nope'"), (["--describe"], "NAME before")],
)
def test_what_cannot_be_described_is_bad_input(capsys, arguments, told):
    assert main(arguments) == 2
    assert told in capsys.readouterr().err
