"""The supervisor keeps real child processes running, and stops them in order."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from dashboard.up.child import Service
from dashboard.up.keeper import Patience
from dashboard.up.log import Log
from dashboard.up.supervisor import Supervisor

QUICK = Patience(first_delay=0.02, longest_delay=0.05, crashes=6, window=60, ready_within=5)
FOREVER = "import time\nwhile True: time.sleep(1)"


def service(name: str, code: str, **settings: Any) -> Service:
    return Service(name, [sys.executable, "-c", code], **settings)


def note(path: Path, word: str, then: str = "pass") -> str:
    """Code that writes a word to a file when it begins, and another when it is told to end."""
    return (
        f"import signal, sys, time\n"
        f"def end(*_): open({str(path)!r}, 'a').write('{word} ends\\n'); sys.exit()\n"
        f"signal.signal(signal.SIGTERM, end)\n"
        f"open({str(path)!r}, 'a').write('{word} begins\\n')\n"
        f"{then}\n" + FOREVER
    )


async def nothing() -> None:
    return None


def supervise(
    *services: Service,
    greet: Callable[[Supervisor], Coroutine[Any, Any, None]] | None = None,
    within: float = 15,
) -> tuple[int, str]:
    """Exit code and output. `greet` runs once all are started, and usually ends it."""
    output = io.StringIO()

    async def run() -> int:
        supervisor = Supervisor(services, Log(["up"], output), QUICK)
        greeting = (lambda: greet(supervisor)) if greet else nothing
        return await asyncio.wait_for(supervisor.run(greeting), within)

    return asyncio.run(run()), output.getvalue()


async def eventually(true: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        await asyncio.sleep(0.02)


async def press_ctrl_c(_: Supervisor | None = None) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


def test_starts_in_order_and_stops_in_reverse(tmp_path):
    diary = tmp_path / "diary"

    def written(word: str) -> Callable[[], Coroutine[Any, Any, bool]]:
        async def ready() -> bool:
            return diary.exists() and f"{word} begins" in diary.read_text()

        return ready

    code, _ = supervise(
        service("first", note(diary, "first"), ready=written("first")),
        service("second", note(diary, "second"), ready=written("second")),
        greet=press_ctrl_c,
    )
    assert code == 0
    assert diary.read_text().split("\n")[:4] == [
        "first begins",
        "second begins",
        "second ends",
        "first ends",
    ]


def test_a_service_that_dies_is_started_again(tmp_path):
    lives = tmp_path / "lives"
    once = f"open({str(lives)!r}, 'a').write('x')\nimport os, time\n"
    once += f"if os.path.getsize({str(lives)!r}) < 3: os._exit(7)\n" + FOREVER

    async def until_third_life(_: Supervisor) -> None:
        await eventually(lambda: lives.exists() and len(lives.read_text()) == 3)
        await press_ctrl_c()

    code, output = supervise(service("shaky", once), greet=until_third_life)
    assert code == 0
    assert output.count("shaky exited with 7; starting it again") == 2


def test_a_killed_service_is_started_again():
    pids = []

    async def kill_once(supervisor: Supervisor) -> None:
        keeper = supervisor.keepers[0]
        assert keeper.child
        pids.append(keeper.child.process.pid)
        os.kill(pids[0], signal.SIGKILL)
        await eventually(lambda: keeper.child is not None and keeper.child.process.pid != pids[0])
        await press_ctrl_c()

    code, output = supervise(service("steady", FOREVER), greet=kill_once)
    assert code == 0
    assert "steady ended by SIGKILL" in output


def test_gives_up_on_a_service_that_will_not_stay_up(tmp_path):
    diary = tmp_path / "diary"
    code, output = supervise(
        service("good", note(diary, "good")),
        service("bad", "print('no luck'); raise SystemExit(3)"),
    )
    assert code == 1
    assert output.count("no luck") == 6
    assert "bad exited with 3, 6 times in a minute: giving up" in output
    assert "good ends" in diary.read_text()


def test_a_program_that_is_not_there_counts_as_a_crash():
    code, output = supervise(Service("absent", ["/nowhere/at/all"]))
    assert code == 1
    assert "could not be started" in output
    assert "giving up" in output


def test_sees_a_death_behind_a_grandchild_that_keeps_the_output_open():
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(4)'])\n"
        "raise SystemExit(5)"
    )

    async def until_second_life(supervisor: Supervisor) -> None:
        await eventually(lambda: len(supervisor.keepers[0].crashes) >= 1, seconds=3)
        await press_ctrl_c()

    _, output = supervise(service("parent", code), greet=until_second_life)
    assert "parent exited with 5" in output


def test_what_a_service_held_is_released_before_the_next_one_is_stopped(tmp_path):
    diary = tmp_path / "diary"

    async def written() -> bool:
        return diary.exists() and "first begins" in diary.read_text()

    def release() -> None:
        with diary.open("a") as file:
            file.write("released\n")

    first = service("first", note(diary, "first"), ready=written)
    supervise(first, service("second", FOREVER, release=release), greet=press_ctrl_c)
    assert diary.read_text().split("\n")[:3] == ["first begins", "released", "first ends"]


def test_a_second_ctrl_c_kills_what_does_not_stop(tmp_path):
    ready_file = tmp_path / "deaf"
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    deaf += f"open({str(ready_file)!r}, 'w')\n" + FOREVER

    async def twice(_: Supervisor) -> None:
        await eventually(ready_file.exists)
        asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGINT)
        await press_ctrl_c()

    began = time.monotonic()
    code, output = supervise(service("deaf", deaf, grace=30.0), greet=twice)
    assert code == 0
    assert "killing what still runs" in output
    assert time.monotonic() - began < 10


def test_kills_what_ignores_being_told_to_stop(tmp_path):
    ready_file = tmp_path / "deaf"
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    deaf += f"open({str(ready_file)!r}, 'w')\n" + FOREVER

    async def once(_: Supervisor) -> None:
        await eventually(ready_file.exists)
        await press_ctrl_c()

    _, output = supervise(service("deaf", deaf, grace=0.2), greet=once)
    assert "deaf did not stop in time and was killed" in output


def test_ctrl_c_before_everything_has_started_stops_what_has():
    async def never() -> bool:
        return False

    async def run() -> int:
        asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGINT)
        waiting = service("waiting", FOREVER, ready=never)
        supervisor = Supervisor([waiting], Log(["up"], io.StringIO()), QUICK)
        return await asyncio.wait_for(supervisor.run(nothing), 10)

    assert asyncio.run(run()) == 0


def test_a_failed_greeting_is_told_and_the_services_go_on():
    async def fail(_: Supervisor) -> None:
        asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGINT)
        raise RuntimeError("no greeting today")

    code, output = supervise(service("steady", FOREVER), greet=fail)
    assert code == 0
    assert "RuntimeError: no greeting today" in output
    assert "steady ended" not in output.split("stopping")[0]


def test_output_carries_the_services_name_and_survives_bytes_and_overlong_lines(tmp_path):
    odd = (
        "import sys\nsys.stdout.buffer.write(b'\\xff odd\\n' + b'x' * (3 << 20) + b'\\nlast\\n')\n"
    )
    odd += "sys.stdout.flush()\n" + FOREVER
    output = io.StringIO()

    async def run() -> None:
        supervisor = Supervisor([service("odd", odd)], Log(["up", "odd"], output), QUICK)

        async def greet() -> None:
            await eventually(lambda: "last" in output.getvalue())
            await press_ctrl_c()

        await asyncio.wait_for(supervisor.run(greet), 15)

    asyncio.run(run())
    assert any(
        line.split(" ", 1)[1].startswith("odd |")
        for line in output.getvalue().split("\n")
        if "last" in line
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_children_die_with_a_supervisor_that_is_killed(tmp_path):
    import subprocess

    pid_file = tmp_path / "pid"
    child = f"import os\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\n" + FOREVER
    program = (
        "import asyncio, sys\n"
        "from dashboard.up.child import Service\n"
        "from dashboard.up.log import Log\n"
        "from dashboard.up.supervisor import Supervisor\n"
        "async def greet(): pass\n"
        f"service = Service('child', [sys.executable, '-c', {child!r}])\n"
        "asyncio.run(Supervisor([service], Log(['up'])).run(greet))\n"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program])
    asyncio.run(eventually(lambda: pid_file.exists() and bool(pid_file.read_text())))
    supervisor.kill()
    supervisor.wait()
    asyncio.run(eventually(lambda: gone(int(pid_file.read_text())), seconds=3))
