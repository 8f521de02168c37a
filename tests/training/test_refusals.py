"""A refused configuration is told in the reader's language, and says what was given."""

import pytest
from django.utils.translation import override

from dashboard.training import refusals
from tests.trainers.command.given import NAME, Bench
from trainers.catalog import TRAINERS, Catalogue
from trainers.config import ConfigError, complete


def refused(values):
    with pytest.raises(ConfigError) as caught:
        complete(TRAINERS["rehearsal"], "", values)
    return caught.value


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"steps": 0}, "This must be at least 1 (got 0)."),
        ({"steps": "many"}, "This is no whole number (got 'many')."),
        ({"steps": 1.5}, "This is no whole number (got 1.5)."),
        ({"noise": "loud"}, "This is no number (got 'loud')."),
        ({"stepz": 1}, "rehearsal has no such field; it has: steps"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(values, told):
    [said] = refusals.told(refused(values)).values()
    assert said.startswith(told)


def test_it_is_told_in_chinese_to_who_reads_chinese():
    with override("zh-hans"):
        assert refusals.told(refused({"steps": 0})) == {"steps": "不能小于 1（给出的是 0）。"}


def test_what_pydantic_alone_has_words_for_is_told_in_its_words():
    error = refused({"steps": 0})
    error.problems["steps"]["type"] = "something_new"
    assert "greater than or equal to 1" in refusals.told(error)["steps"]


def test_an_error_of_our_own_is_told_as_it_was_raised():
    assert refusals.told(ConfigError({"seeds": "Too many."})) == {"seeds": "Too many."}


def test_a_value_with_braces_is_no_format():
    [said] = refusals.told(refused({"steps": "{ge}"})).values()
    assert "'{ge}'" in said


def test_what_is_no_target_is_told_with_how_to_write_one():
    with pytest.raises(ConfigError) as caught:
        complete(TRAINERS["region_contrastive"], "", {"targets": "loss below 1"})
    with override("zh-hans"):
        told = refusals.told(caught.value)["targets"]
    assert told.startswith("“loss below 1”不是目标")


def test_every_refusal_of_a_commands_parameter_is_known(tmp_path, monkeypatch):
    """With its limits as they are: an “or” in a pattern stays."""
    bench = Bench(tmp_path)
    monkeypatch.setenv("FIXPOINT_COMMANDS", str(bench.file))
    parameters = {
        "dash": {"type": "text", "default": "x"},
        "signs": {"type": "text"},
        "long": {"type": "text", "longest": 3},
        "pattern": {"type": "text", "default": "a or b", "pattern": "a or b"},
        "within": {"type": "path", "default": "/data/x", "within": "/data"},
        "empty": {"type": "path", "default": "/data/x"},
    }
    run = ["true", *(f"{{{name}}}" for name in parameters)]
    wrong = {
        "dash": "-x",
        "signs": "\0",
        "long": "abcd",
        "pattern": "c",
        "within": "/",
        "empty": "",
    }
    bench.register(run=run, parameters=parameters)
    command = Catalogue()[NAME]
    for name, value in wrong.items():
        with pytest.raises(ConfigError) as caught:
            complete(command, "", {name: value})
        told = refusals.told(caught.value)[name]
        assert told.startswith("This must")
        assert "a or b" in told or name != "pattern"
