"""The administrator's file: read when it changes, refused with file, line and what to do."""

import os

import pytest
import yaml

from tests.trainers.command.given import NAME
from trainers.catalog import BUILT_IN, Catalogue
from trainers.command import register
from trainers.config import ConfigError, complete

GOOD: dict[str, object] = {
    "title": "Mine",
    "directory": "/tmp",
    "run": "bash train.sh --lr {lr} --note={note}",
    "parameters": {
        "lr": {"type": "float", "default": 0.1, "above": 0, "group": "Optimisation", "unit": "1"},
        "note": {"type": "text"},
    },
}


@pytest.fixture
def catalogue(bench, monkeypatch):
    monkeypatch.setenv("FIXPOINT_COMMANDS", str(bench.file))
    return Catalogue()


def problems(bench, **changes):
    given = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    bench.write(yaml.safe_dump({"commands": {NAME: given}}, sort_keys=False))
    return register.read(bench.file, BUILT_IN.keys()).problems


def test_without_a_file_there_are_the_built_in_trainers_and_no_problem(monkeypatch, tmp_path):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    assert dict(Catalogue()) == BUILT_IN
    assert Catalogue().problems == ()


def test_a_file_that_was_asked_for_has_to_be_there(catalogue, bench):
    assert f"{bench.file}: there is no such file" in catalogue.problems[0]


def test_lies_in_the_data_directory_where_it_is_not_named(bench, monkeypatch, tmp_path):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    bench.register(run="true")
    assert NAME in Catalogue()


def test_a_command_is_a_trainer_like_any_other(catalogue, bench):
    bench.register(
        **{k: v for k, v in GOOD.items() if k not in ("title", "directory")},
        summary="What we always ran.",
        presets={"fast": {"title": "Fast", "help": "Larger steps.", "values": {"lr": 1}}},
        metrics=[{"name": "train/loss", "direction": "lower", "unit": "nats", "lower_bound": 0}],
        primary="train/loss",
    )
    assert catalogue.problems == ()
    trainer = catalogue[NAME]
    assert (trainer.title, trainer.summary) == ("Mine", "What we always ran.")
    assert complete(trainer, "fast", {}).model_dump()["lr"] == 1
    assert list(trainer.config.model_fields) == ["lr", "note", "definition"]
    [metric] = trainer.metrics
    assert (metric.title, metric.direction, metric.lower_bound) == ("train/loss", "lower", 0)


def test_an_edited_file_counts_without_a_restart(catalogue, bench):
    bench.register(run="true")
    assert catalogue[NAME].title == "Mine"
    bench.register(run="true", title="Renamed")
    os.utime(bench.file, ns=(1, 1))
    assert catalogue[NAME].title == "Renamed"
    bench.file.unlink()
    assert NAME not in catalogue


def test_a_file_that_did_not_change_is_not_read_again(catalogue, bench, monkeypatch):
    bench.register(run="true")
    first = catalogue[NAME]
    monkeypatch.setattr(register, "read", None)
    assert catalogue[NAME] is first


def test_a_broken_command_leaves_the_others_alone(catalogue, bench):
    command = {"title": "Mine", "directory": "/tmp", "run": "true"}
    bench.write(yaml.safe_dump({"commands": {"good": command, "bad": {**command, "run": "a | b"}}}))
    assert "good" in catalogue
    assert "bad" not in catalogue
    assert len(catalogue.problems) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("commands: [", "line 1: no YAML"),
        ("a: 1\na: 2\n", "line 1: no YAML: a stands twice"),
        ("- a\n", "line 1: the file has one entry, `commands`"),
        ("comands: {}\n", "the file has one entry, `commands`"),
        ("commands:\n  mine: 3\n", "line 2: commands.mine: input should be"),
        ("commands:\n  Mine X: {}\n", "write names with a to z"),
        ("commands:\n  rehearsal: {}\n", "a trainer of Fixpoint has that name"),
        ("\xff\xfe", "no YAML"),
    ],
)
def test_a_broken_file_is_told_with_its_line_and_takes_nothing_down(catalogue, bench, text, says):
    bench.file.write_bytes(text.encode("latin-1"))
    [problem] = catalogue.problems
    assert problem.startswith(str(bench.file))
    assert says in problem
    assert dict(catalogue) == BUILT_IN


def test_an_empty_file_registers_nothing(catalogue, bench):
    bench.write("# nothing yet\n")
    assert catalogue.problems == ()


def test_a_file_that_everybody_may_write_is_refused(catalogue, bench):
    bench.register(run="true")
    bench.file.chmod(0o666)
    assert "chmod o-w" in catalogue.problems[0]
    assert NAME not in catalogue


@pytest.mark.parametrize(
    ("changes", "place", "says"),
    [
        ({"title": None}, "commands.mine.title", "it is missing"),
        ({"colour": "red"}, "commands.mine.colour", "there is no such field"),
        ({"directory": "here"}, "commands.mine.directory", "is not absolute"),
        ({"run": []}, "commands.mine.run", "at least 1"),
        (
            {"run": "cd x && bash train.sh"},
            "commands.mine",
            "none reads this: put it into a script",
        ),
        ({"run": "bash train.sh $HOME"}, "commands.mine", "'$HOME' is for a shell"),
        ({"run": "LR=1 bash train.sh"}, "commands.mine", "write it under `environment`"),
        ({"run": "bash 'train.sh"}, "commands.mine", "No closing quotation"),
        ({"run": ["{lr}"]}, "commands.mine", "the program itself cannot be a parameter"),
        ({"run": ["a", "{lr"]}, "commands.mine", "a lone {"),
        (
            {"run": ["a", "{speed}"]},
            "commands.mine",
            "no parameter 'speed'; there are: attempt, lr",
        ),
        (
            {"environment": {"X": "{speed}"}},
            "commands.mine",
            "environment.X: there is no parameter",
        ),
        ({"environment": {"FIXPOINT_SEED": "1"}}, "environment.FIXPOINT_SEED", "is no name"),
        ({"parameters": {"lr": {"type": "real"}}}, "commands.mine.parameters.lr", "tag 'real'"),
        ({"parameters": {"Lr": {"type": "text"}}}, "parameters.Lr", "write names with a to z"),
        ({"parameters": {"seed": {"type": "text"}}}, "parameters.seed", "the name seed is taken"),
        ({"parameters": {"copy": {"type": "text"}}}, "parameters.copy", "the name copy is taken"),
        ({"primary": "train/loss"}, "commands.mine", "does not stand under metrics"),
        ({"presets": {"x": {"values": {"lr": -1}}}}, "presets.x.values.lr", "greater than 0"),
        ({"presets": {"x": {"values": {"no": 1}}}}, "presets.x.values.no", "no such field"),
        ({"metrics": [{"name": ""}]}, "commands.mine.metrics.0.name", "printable characters"),
        ({"stop": {"grace": 600}}, "commands.mine.stop.grace", "less than or equal to 55"),
        (
            {"console": {"metrics": {"a": {"pattern": "(", "values": {"x": "x"}}}}},
            "commands.mine.console.metrics.a.pattern",
            "no regular expression: missing )",
        ),
        (
            {"console": {"metrics": {"a": {"pattern": "a", "values": {"x": "x"}}}}},
            "commands.mine.console.metrics.a",
            "the pattern has no group (?P<x>…)",
        ),
        (
            {"console": {"metrics": {"a": {"pattern": "a"}}}},
            "commands.mine.console.metrics.a",
            "nothing is read",
        ),
        (
            {"console": {"facts": {"a": "a"}}},
            "commands.mine.console.facts.a",
            "needs a group (?P<value>…)",
        ),
    ],
)
def test_a_wrong_field_is_told_with_its_place_and_its_line(bench, changes, place, says):
    found = [problem for problem in problems(bench, **changes) if says in problem]
    assert found, problems(bench, **changes)
    assert place in found[0]
    assert ", line " in found[0]


def test_the_line_is_that_of_the_field(bench):
    lines = ["commands:", "  mine:", "    title: Mine", "    run: 'true'", "    directory: here"]
    bench.write("\n".join(lines))
    [problem] = register.read(bench.file, ()).problems
    assert f"{bench.file}, line 5: commands.mine.directory:" in problem


def test_a_default_out_of_its_range_is_refused(bench):
    parameters = {"lr": {"type": "float", "default": 0, "above": 0}, "note": {"type": "text"}}
    [problem] = problems(bench, parameters=parameters)
    assert "parameters.lr: Input should be greater than 0" in problem


def test_a_choice_that_yaml_reads_otherwise_is_refused(bench):
    parameters = {
        "lr": {"type": "choice", "choices": [True, "b"], "default": "b"},
        "note": {"type": "text"},
    }
    assert "put it in quotes" in problems(bench, parameters=parameters)[0]


@pytest.mark.parametrize(
    "run",
    [
        ["bash", "-c", "train {note}"],
        ["/bin/sh", "-ec", "train --note={note}"],
        ["env", "A=1", "bash", "-lc", "{note}"],
        ["python3.11", "-c", "print('{note}')"],
        ["perl", "-e", "{note}"],
        ["ssh", "node1", "train", "{note}"],
        ["env", "-S", "train {note}"],
    ],
)
def test_a_text_that_would_be_read_as_code_is_refused(bench, run):
    assert "would be read as code" in problems(bench, run=run)[0]


def test_a_number_in_a_line_of_code_is_allowed(bench):
    assert problems(bench, run=["bash", "-c", "train --lr {lr}"]) == ()
    assert problems(bench, run=["bash", "-c", 'train "$1"', "train", "--note={note}"]) == ()


def test_the_version_follows_what_is_run_and_not_what_is_said(catalogue, bench):
    def version(**changes):
        bench.register(**{"run": "true", "parameters": {"a": {"type": "text"}}, **changes})
        os.utime(bench.file, ns=(len(str(changes)), 1))
        assert catalogue.problems == ()
        return catalogue[NAME].config().model_dump()["definition"]

    first = version()
    assert version(title="Other", summary="Other.") == first
    assert version(parameters={"a": {"type": "text", "help": "Other."}}) == first
    assert version(directory="/") == first
    assert version(run="false") != first
    assert version(environment={"A": "1"}) != first


def test_another_version_is_refused_with_the_file_that_says_so(catalogue, bench):
    bench.register(run="true")
    with pytest.raises(ConfigError, match="was launched with version 0123") as refused:
        complete(catalogue[NAME], "", {"definition": "0123"})
    assert str(bench.file) in str(refused.value)
