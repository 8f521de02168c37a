"""import fixpoint: one file, any Python from 3.8 on, one line of the run a call."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from dashboard.metrics.lines import Refused, parse
from tests.trainers.command.given import PYTHON

CLIENT = Path(__file__).resolve().parents[3] / "trainers" / "client" / "fixpoint.py"


def run(text, folder, **environment):
    """A program that imports the client, without this environment; what it said on stderr."""
    done = subprocess.run(
        [PYTHON, "-S", "-c", f"import fixpoint\n{text}"],
        env={"PYTHONPATH": str(CLIENT.parent), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def lines(folder):
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


@pytest.fixture
def client(monkeypatch, tmp_path):
    """The client in this process, for a run in tmp_path."""
    monkeypatch.syspath_prepend(CLIENT.parent)
    monkeypatch.setenv("FIXPOINT_RUN_DIR", str(tmp_path))
    monkeypatch.delitem(sys.modules, "fixpoint", raising=False)
    yield import_module("fixpoint")
    del sys.modules["fixpoint"]


def test_reads_as_python_3_8_and_imports_nothing_but_the_standard_library():
    tree = ast.parse(CLIENT.read_text(), feature_version=(3, 8))
    names = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {str(name).partition(".")[0] for name in names} <= {*sys.stdlib_module_names}


def test_a_command_logs_without_a_word_about_where(bench):
    program = bench.script("""
        import fixpoint
        fixpoint.fact("train/steps", 3)
        for step in range(1, 4):
            fixpoint.log({"train/loss": 1 / step, "eval/ok": step}, step=step)
        fixpoint.mark("unfrozen", "from here on", step=2)
    """)
    bench.register(run=program)
    assert bench.run() == 0
    assert bench.curve("train/loss") == [(1, 1.0), (2, 0.5), (3, 1 / 3)]
    assert bench.facts == {"train/steps": 3}
    [mark] = [event for event in bench.events if event["kind"] == "mark"]
    assert (mark["name"], mark["text"], mark["step"]) == ("unfrozen", "from here on", 2)


def test_the_app_takes_every_line(tmp_path):
    text = """
fixpoint.log({"a": 1, "b/c": float("nan"), "d": float("inf"), "损失 '\\\\": True})
fixpoint.log({"a": -float("inf")}, step=7)
fixpoint.fact("x", float("nan")); fixpoint.fact("y", "text"); fixpoint.fact("z", None)
fixpoint.mark("m")
"""
    run(text, tmp_path, FIXPOINT_RUN_DIR=str(tmp_path))
    found = list(parse((tmp_path / "events.jsonl").read_bytes()))
    assert not [line for line in found if isinstance(line, Refused)]
    values = lines(tmp_path)[0]["values"]
    assert values == {"a": 1.0, "b/c": "NaN", "d": "Infinity", "损失 '\\": 1.0}


@pytest.mark.parametrize("quick", [True, False])
def test_both_ways_of_writing_write_the_same(client, tmp_path, quick, monkeypatch):
    if not quick:
        monkeypatch.setattr(client, "_encode", None)
    for step in (1, 2):
        client.log({"train/loss": 0.1 + step, "count": 3, "small": 1e-300}, step=step)
        client.log({"train/loss": float("nan")}, step=step)
        client.log({}, step=step)
    found = [(line["step"], line["values"]) for line in lines(tmp_path)]
    assert found == [
        (1, {"train/loss": 1.1, "count": 3, "small": 1e-300}),
        (1, {"train/loss": "NaN"}),
        (1, {}),
        (2, {"train/loss": 2.1, "count": 3, "small": 1e-300}),
        (2, {"train/loss": "NaN"}),
        (2, {}),
    ]


def test_scalars_of_numpy_and_torch_are_numbers(client, tmp_path):
    numpy, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")
    client.log({"a": numpy.float32(0.5), "b": torch.tensor(2), "c": numpy.int64(3)}, numpy.int64(4))
    [line] = lines(tmp_path)
    assert (line["step"], line["values"]) == (4, {"a": 0.5, "b": 2.0, "c": 3.0})


def test_without_a_step_each_call_is_the_next(client, tmp_path):
    client.log({"a": 1})
    client.log({"a": 1}, step=10)
    client.log({"a": 1})
    assert [line["step"] for line in lines(tmp_path)] == [1, 10, 11]


@pytest.mark.parametrize("name", ["", "x" * 251, "a\nb", 3])
def test_a_name_that_the_app_would_refuse_is_refused_at_once(client, name):
    with pytest.raises(ValueError, match="metric name"):
        client.log({name: 1.0})


@pytest.mark.parametrize("value", ["high", None, [1, 2]])
def test_what_is_no_number_is_refused_at_once(client, value):
    client.log({"a": 1.0})
    with pytest.raises((TypeError, ValueError)):
        client.log({"a": value})


@pytest.mark.parametrize("step", [-1, 2**53 + 1, 1.5, "3"])
def test_what_is_no_step_is_refused_at_once(client, step):
    with pytest.raises((TypeError, ValueError)):
        client.log({"a": 1.0}, step=step)


def test_outside_of_a_run_it_says_once_that_nothing_is_logged(tmp_path):
    said = run("fixpoint.log({'a': 1}); fixpoint.log({'a': 2}); fixpoint.fact('b', 1)", tmp_path)
    assert said.count("nothing is logged") == 1
    assert list(tmp_path.iterdir()) == []


def test_outside_of_a_run_a_directory_can_be_named(tmp_path):
    text = "fixpoint.start('mine'); fixpoint.log({'a': 1}); fixpoint.end()"
    run(text, tmp_path)
    run(text, tmp_path)
    told = [(line["kind"], line.get("attempt")) for line in lines(tmp_path / "mine")]
    assert told == [
        ("start", 1),
        ("scalars", None),
        ("end", None),
        ("start", 2),
        ("scalars", None),
        ("end", None),
    ]


def test_inside_of_a_run_its_start_and_end_are_not_the_programs_to_write(tmp_path):
    run("fixpoint.start('mine'); fixpoint.end('failed')", tmp_path, FIXPOINT_RUN_DIR=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_several_processes_write_whole_lines(tmp_path):
    text = "fixpoint.log({f'metric/{n}': n for n in range(40)}, step=1)\n"
    program = f"import fixpoint\nfor _ in range(300):\n    {text}"
    environment = {"PYTHONPATH": str(CLIENT.parent), "FIXPOINT_RUN_DIR": str(tmp_path)}
    started = [subprocess.Popen([PYTHON, "-S", "-c", program], env=environment) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert len(lines(tmp_path)) == 900


def test_a_full_disk_makes_lines_wait_in_memory(client, monkeypatch, tmp_path):
    import errno
    import os

    client.log({"a": 1.0}, step=1)
    write = os.write

    def full(file, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    client.log({"a": 2.0}, step=2)
    monkeypatch.setattr(os, "write", write)
    client.log({"a": 3.0}, step=3)
    assert [line["step"] for line in lines(tmp_path)] == [1, 2, 3]
