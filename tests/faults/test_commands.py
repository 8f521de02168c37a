"""A registered command through a whole installation: app, broker, worker, runner, its own child."""

import textwrap
from pathlib import Path

import pytest
import yaml

from tests.installation import Installation, wait

pytestmark = pytest.mark.faults

PROGRAM = """
    import os, subprocess, sys, time
    import fixpoint
    steps, mode = int(sys.argv[1]), sys.argv[2]
    print("mode", mode, flush=True)
    open("pid", "w").write(str(os.getpid()))
    for step in range(1, steps + 1):
        fixpoint.log({"train/loss": 1 / step}, step=step)
        print(f"\\rstep {step} lr 0.5", end="", flush=True)
        time.sleep(0.05)
    sys.exit(3 if mode == "fails" else 0)
"""
LR = {"pattern": r"step (?P<step>\d+) lr (?P<lr>\S+)", "values": {"train/lr": "lr"}}


@pytest.fixture
def register(up: Installation):
    """Writes the administrator's file, for the app and its worker that run already."""
    home = up.data.parent / "home"
    home.mkdir(exist_ok=True)
    (home / "program.py").write_text(textwrap.dedent(PROGRAM))

    def write(**changes):
        command = {
            "title": "Mine",
            "directory": str(home),
            "run": "python3 program.py {steps} --mode={note}",
            "parameters": {
                "steps": {"type": "int", "default": 20, "at_least": 1},
                "note": {"type": "text"},
            },
            "console": {"metrics": {"lr": LR}},
            **changes,
        }
        (up.data / "commands.yaml").write_text(yaml.safe_dump({"commands": {"mine": command}}))
        return home

    return write


def launch(up, **config):
    return str(up.api("runs/", {"trainer": "mine", "config": config, "seed": 3})["id"])


def ended(up, run_id):
    wait(lambda: up.status(run_id) not in ("queued", "running"), 40, up.tell)
    return up.run(run_id)


def alive(pid):
    """A zombie, whom only the machine's first process can reap, is not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_its_numbers_arrive_and_it_finishes(up, register):
    register()
    run = ended(up, launch(up, note="a; rm -rf 'b' \"c\""))
    assert run["status"] == "finished"
    counts = {name: metric["count"] for name, metric in run["metrics"].items()}
    assert counts == {"train/loss": 20, "train/lr": 20}
    assert run["snapshot"]["command"][-1] == "--mode=a; rm -rf 'b' \"c\""


def test_its_failure_is_told_in_its_own_words(up, register):
    register(run="python3 program.py {steps} fails")
    run = ended(up, launch(up, steps=3))
    assert run["status"] == "failed"
    assert "the command ended with exit code 3. Its last words: step 3 lr 0.5" in run["failure"]


def test_a_stop_from_the_app_ends_it(up, register):
    register()
    run_id = launch(up, steps=10_000)
    wait(lambda: up.status(run_id) == "running" and up.run(run_id)["metrics"], 40, up.tell)
    up.api(f"runs/{run_id}/stop/", {})
    assert ended(up, run_id)["status"] == "stopped"


def test_a_killed_runner_takes_the_command_along_and_the_run_begins_again(up, register):
    home = register(resume=["--from-last"], run="python3 program.py {steps} goes-on")
    run_id = launch(up, steps=200)
    wait(lambda: up.status(run_id) == "running" and up.run(run_id)["metrics"], 40, up.tell)
    first = (home / "pid").read_text()
    assert up.kill("runner", run_id) == 1
    wait(lambda: (home / "pid").read_text() != first, 60, up.tell)
    assert not alive(first)
    run = ended(up, run_id)
    assert (run["status"], run["attempt"]) == ("finished", 2)
    assert run["snapshot"]["command"][-1] == "--from-last"


def test_a_definition_that_changed_meanwhile_fails_the_run_and_names_the_file(up, register):
    register()
    blocking = [launch(up, steps=200) for _ in range(up.slots)]
    waiting = launch(up)
    wait(lambda: all(up.run(run_id)["metrics"] for run_id in blocking), 60, up.tell)
    register(environment={"A": "1"})
    assert all(ended(up, run_id)["status"] == "finished" for run_id in blocking)
    run = ended(up, waiting)
    assert run["status"] == "failed"
    assert "was launched with version" in run["failure"]
    assert str(up.data / "commands.yaml") in run["failure"]
