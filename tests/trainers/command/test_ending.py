"""However it ends, nobody of the command's family lives on, and nothing that was logged is lost."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.trainers.command.given import lives, until

FAMILY = """
    import os, subprocess, sys, time
    import signal
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN);" if "deaf" in sys.argv else ""
    program = f"import signal, time; {deaf} time.sleep(600)"
    workers = [
        subprocess.Popen([sys.executable, "-c", program], start_new_session=own)
        for own in (False, True)
    ]
    exec(deaf)
    time.sleep(0.3)
    open("pids", "w").write(" ".join(str(p) for p in [os.getpid(), *(w.pid for w in workers)]))
    print("ready")
    if "leave" not in sys.argv:
        time.sleep(600)
"""


@pytest.fixture
def family(bench):
    """Starts a command with two workers, one in a session of its own; (our process, their pids)."""
    started = []

    def start(*words, **definition):
        program = bench.script(FAMILY)
        bench.register(run=["sh", "-c", '"$@"; exit $?', "sh", *program, *words], **definition)
        started.append(bench.start("--seed", "7"))
        until(lambda: (bench.home / "pids").exists() and b"ready" in bench.console)
        return started[0], [int(pid) for pid in (bench.home / "pids").read_text().split()]

    yield start
    for process in started:
        process.kill()
        process.wait()


def all_end(pids):
    until(lambda: not any(lives(pid) for pid in pids), 10)


def test_a_stop_reaches_the_whole_group_and_is_no_failure(bench, family):
    ours, pids = family()
    ours.send_signal(signal.SIGTERM)
    assert ours.wait(20) == 0
    all_end(pids)
    assert bench.end == ("stopped", "the command was stopped with SIGTERM")


def test_a_command_that_ignores_the_stop_is_killed_after_its_grace(bench, family):
    ours, pids = family("deaf", stop={"grace": 1})
    begin = time.monotonic()
    ours.send_signal(signal.SIGTERM)
    assert ours.wait(20) == 0
    assert 1 <= time.monotonic() - begin < 10
    all_end(pids)
    assert bench.end[0] == "stopped"
    assert b"did not end within 1 s and is killed" in bench.console


def test_a_command_that_saves_first_has_its_time(bench):
    program = bench.script("""
        import signal, sys, time
        def save(number, frame):
            print("saving", signal.Signals(number).name)
            time.sleep(1)
            open("saved", "w").close()
            sys.exit(5)
        signal.signal(signal.SIGUSR1, save)
        print("ready")
        time.sleep(600)
    """)
    bench.register(run=program, stop={"signal": "USR1", "grace": 20})
    ours = bench.start("--seed", "7")
    until(lambda: b"ready" in bench.console)
    ours.send_signal(signal.SIGTERM)
    assert ours.wait(30) == 0
    assert (bench.home / "saved").exists()
    assert b"saving SIGUSR1" in bench.console
    assert bench.end == ("stopped", "the command was stopped with SIGUSR1")


def test_a_shell_that_dies_at_once_does_not_cut_its_training_short(bench):
    (bench.home / "save.py").write_text(
        "import signal, sys, time\n"
        "def save(*_):\n    time.sleep(1)\n    open('saved', 'w').close()\n    sys.exit()\n"
        "signal.signal(signal.SIGTERM, save)\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )
    bench.register(run=["bash", "-c", "python3 save.py; true"])
    ours = bench.start("--seed", "7")
    until(lambda: b"ready" in bench.console)
    ours.send_signal(signal.SIGTERM)
    assert ours.wait(30) == 0
    assert (bench.home / "saved").exists()


def test_a_killed_command_is_failed_and_its_family_ends(bench, family):
    ours, pids = family()
    shell = int(Path(f"/proc/{pids[0]}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(shell, signal.SIGKILL)
    assert ours.wait(30) == 2
    all_end(pids)
    status, text = bench.end
    assert status == "failed"
    assert "killed by SIGKILL; if nobody did that, the machine ran out of memory" in text


def test_the_family_dies_with_our_own_process(bench, family):
    ours, pids = family("deaf")
    ours.kill()
    ours.wait()
    all_end(pids)


def test_a_killed_group_takes_the_family_along(bench, family):
    ours, pids = family("deaf")
    os.killpg(ours.pid, signal.SIGKILL)  # what the runner does when it lost the lease
    ours.wait()
    all_end(pids)


def test_what_a_command_leaves_running_is_ended_and_told(bench, family):
    ours, pids = family("leave")
    assert ours.wait(30) == 0
    all_end(pids)
    assert bench.end == ("finished", "")
    assert bench.complaints == ["2 processes that the command left running were ended"]
    assert b"2 processes that the command left running were ended" in bench.console


def test_a_line_of_the_client_that_a_kill_cut_off_costs_no_other_line(bench):
    program = bench.script("""
        import os, signal
        events = os.path.join(os.environ["FIXPOINT_RUN_DIR"], "events.jsonl")
        file = os.open(events, os.O_WRONLY | os.O_APPEND)
        os.write(file, b'{"kind":"scalars","st')
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    bench.register(run=program)
    assert bench.run() == 2
    lines = (bench.run_dir / "events.jsonl").read_text().splitlines()
    assert lines[-2] == '{"kind":"scalars","st'
    assert '"status":"failed"' in lines[-1]


def test_a_flood_of_output_is_kept_whole(bench):
    program = bench.script("""
        import sys
        line = b"%s\\n" % (b"x" * 99)
        for number in range(10_000):
            sys.stdout.buffer.write(line * 100)
        print("step 5 loss 0.25")
    """)
    pattern = {
        "pattern": r"step (?P<step>\d+) loss (?P<loss>\S+)",
        "values": {"train/loss": "loss"},
    }
    bench.register(run=program, console={"metrics": {"loss": pattern}})
    assert bench.run() == 0
    assert len(bench.console) == 100_000_017
    assert bench.curve("train/loss") == [(5, 0.25)]


def test_one_endless_line_is_no_danger(bench):
    program = bench.script("import sys; sys.stdout.write('x' * 20_000_000); print(' loss 1')")
    bench.register(run=program)
    assert bench.run() == 0
    assert len(bench.console) == 20_000_008
