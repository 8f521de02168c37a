"""A second attempt: from the beginning, or from where the command itself goes on."""

import pytest

from dashboard.metrics import store

PROGRAM = """
    import os, sys
    import fixpoint
    begin = 5 if "--resume" in sys.argv else 1
    for step in range(begin, begin + 6):
        value = int(os.environ["FIXPOINT_ATTEMPT"])
        print(f"step {step} loss {value}")
        if "client" in sys.argv:
            fixpoint.log({"train/lr": value}, step=step)
"""
LOSS = {"pattern": r"step (?P<step>\d+) loss (?P<loss>\S+)", "values": {"train/loss": "loss"}}
COUNTED = {"pattern": r"loss (?P<loss>\S+)", "values": {"train/loss": "loss"}, "step": "count"}


def starts(bench):
    return [(e["attempt"], e["step"]) for e in bench.events if e["kind"] == "start"]


def kept(bench, run, name):
    """The curve as the app keeps it."""
    store.append(run.pk, 0, (bench.run_dir / "events.jsonl").read_bytes())
    series = store.read(run.pk)[name]
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


@pytest.mark.parametrize("name", ["train/loss", "train/lr"])
def test_what_the_command_goes_on_from_is_kept_and_the_rest_counts_anew(bench, run, name):
    program = bench.script(PROGRAM)
    more = {"console": {"metrics": {"loss": LOSS}}} if name == "train/loss" else {}
    word = ["client"] if name == "train/lr" else []
    bench.register(run=[*program, *word], resume="--resume", **more)
    assert bench.run(FIXPOINT_ATTEMPT="1") == 0
    assert bench.run(FIXPOINT_ATTEMPT="2") == 0
    assert starts(bench) == [(1, 0), (2, 4)]
    assert kept(bench, run, name) == [(s, 1 if s < 5 else 2) for s in range(1, 11)]


def test_without_resume_a_second_attempt_begins_anew(bench, run):
    bench.register(run=bench.script(PROGRAM), console={"metrics": {"loss": LOSS}})
    assert bench.run(FIXPOINT_ATTEMPT="1") == 0
    assert bench.run(FIXPOINT_ATTEMPT="2") == 0
    assert starts(bench) == [(1, 0), (2, 0)]
    assert kept(bench, run, "train/loss") == [(s, 2) for s in range(1, 7)]


def test_by_hand_the_second_start_is_the_second_attempt(bench):
    bench.register(
        run=bench.script(PROGRAM), resume="--resume", console={"metrics": {"a": COUNTED}}
    )
    assert bench.run() == bench.run() == 0
    assert bench.curve("train/loss")[-1] == (12, 2.0)
