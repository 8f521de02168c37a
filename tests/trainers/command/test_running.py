"""A command as a run: its output, its end, and what is kept about how it was started."""

import subprocess

import pytest

from tests.trainers.command.given import NAME


@pytest.mark.parametrize(
    "output",
    [
        b"hello\nno end of line",
        b"\r  0%|          | 0/9\r 50%|#####     | 4/9\r100%|##########| 9/9\n",
        bytes(range(256)) * 3,
        "损失 \x1b[31m红\x1b[0m\n".encode(),
        b"",
    ],
)
def test_the_output_is_passed_on_byte_for_byte(bench, output):
    (bench.home / "output").write_bytes(output)
    bench.register(run="cat output")
    assert bench.run() == 0
    assert bench.console == output


def test_both_streams_come_in_their_order(bench):
    program = bench.script("""
        import sys
        for n in range(3):
            print(n)
            print("error", n, file=sys.stderr)
    """)
    bench.register(run=program)
    assert bench.run() == 0
    assert bench.console == b"0\nerror 0\n1\nerror 1\n2\nerror 2\n"


def test_exit_code_0_is_finished(bench):
    bench.register(run="true")
    assert bench.run() == 0
    assert bench.end == ("finished", "")
    assert [event["kind"] for event in bench.events] == ["snapshot", "start", "snapshot", "end"]


def test_any_other_exit_code_is_failed_with_the_last_words(bench):
    program = bench.script("import sys; print('CUDA out of memory'); sys.exit(3)")
    bench.register(run=program)
    assert bench.run() == 2
    text = "the command ended with exit code 3. Its last words: CUDA out of memory"
    assert bench.end == ("failed", text)
    assert bench.console.decode().splitlines()[-1] == f"error: {text}"


def test_a_traceback_is_kept_whole_and_its_last_line_quoted(bench):
    bench.register(run=bench.script("raise RuntimeError('the loader died')"))
    assert bench.run() == 2
    assert b"Traceback" in bench.console
    assert bench.end[1].endswith("Its last words: RuntimeError: the loader died")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"directory": "/nowhere/code"}, "the command's directory /nowhere/code is not there"),
        ({"run": "nonesuch --lr 1"}, "the program nonesuch is not there on this host"),
        ({"run": "./train.sh"}, "the program ./train.sh cannot be started: Permission denied"),
        ({"run": "./empty"}, "Exec format error (does its first line begin with #! ?)"),
    ],
)
def test_a_command_that_cannot_be_started_says_why(bench, changes, says):
    (bench.home / "train.sh").write_text("#!/bin/sh\n")
    (bench.home / "empty").write_bytes(b"\0\0\0\0")
    (bench.home / "empty").chmod(0o755)
    bench.register(**{"run": "true", **changes})
    assert bench.run() == 2
    status, text = bench.end
    assert status == "failed"
    assert says in text


def test_a_host_without_the_command_names_the_file(bench):
    bench.write("commands: {}\n")
    assert bench.run() == 2
    text = bench.console.decode()
    assert f"there is no trainer '{NAME}'" in text
    assert f"Commands are registered in {bench.file} of this host" in text


def test_a_host_whose_file_is_broken_says_what_is_wrong_with_it(bench):
    bench.register(run="a | b")
    assert bench.run() == 2
    assert f"{bench.file}, line 2: commands.mine: '|' is for a shell" in bench.console.decode()


def test_a_host_with_another_definition_refuses_the_run(bench):
    bench.register(run="true")
    assert bench.run() == 0
    before = bench.events
    bench.register(run="false")
    assert bench.run() == 2
    assert "was launched with version" in bench.console.decode()
    assert f"but {bench.file} on this host defines version" in bench.console.decode()
    assert bench.events == before


def test_the_snapshot_is_of_the_commands_own_code(bench):
    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=bench.home, check=True, capture_output=True)

    git("init", "-q")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "-qm", "Begin")
    (bench.home / "edited").touch()
    bench.register(run="true --lr {lr}", parameters={"lr": {"type": "float", "default": 0.5}})
    assert bench.run() == 0
    taken = [event["data"] for event in bench.events if event["kind"] == "snapshot"][-1]
    assert taken["command"] == ["true", "--lr", "0.5"]
    assert taken["directory"] == str(bench.home)
    assert taken["git"]["changed"] == ["edited"]
    assert taken["seed"] == 7


def test_a_directory_without_git_is_no_error(bench):
    bench.register(run="true")
    assert bench.run() == 0
    assert [event["data"] for event in bench.events if event["kind"] == "snapshot"][-1]["git"] == {}


def test_stated_facts_have_the_types_of_their_parameters(bench):
    bench.register(
        run="true",
        parameters={"steps": {"type": "int", "default": 100}, "tag": {"type": "text"}},
        facts={"train/steps": "{steps}", "note": "{steps} of {tag}", "bank/size": 128, "on": True},
    )
    assert bench.run("--set", "tag=a") == 0
    assert bench.facts == {"train/steps": 100, "note": "100 of a", "bank/size": 128, "on": True}
