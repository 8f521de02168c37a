"""One supervised process: how it is started, and how its end is seen and brought about."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.up.environment import ROOT

POLL_SECONDS = 0.05
LONGEST_LINE = 2**20
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Service:
    """What is to be kept running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], Awaitable[bool]] | None = None  # None: as soon as it is started
    prepare: Callable[[], object] | None = None  # ahead of every start: folders may be gone
    grace: float = 10.0  # seconds between SIGTERM and SIGKILL
    descriptors: tuple[int, ...] = ()  # handed on to the process
    release: Callable[[], None] | None = None  # called once it is stopped for good
    chatter: str = ""  # a regular expression: lines with it are not shown


class Child:
    """One life of a service."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, service: Service) -> Child:
        """Raises OSError where the program cannot be started."""
        if service.prepare:
            service.prepare()
        parent = os.getpid()
        process = await asyncio.create_subprocess_exec(
            *service.command,
            cwd=ROOT,
            env={**os.environ, **service.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is the supervisor's to pass on
            pass_fds=service.descriptors,
            preexec_fn=lambda: _die_with(parent),
            limit=LONGEST_LINE,
        )
        return cls(process)

    @property
    def code(self) -> int | None:
        return self.process.returncode

    async def ended(self) -> int:
        """Its exit code. Not process.wait(): that also waits for everyone who holds its output."""
        while self.process.returncode is None:
            await asyncio.sleep(POLL_SECONDS)
        return self.process.returncode

    async def stop(self, grace: float) -> bool:
        """SIGTERM, then after `grace` seconds SIGKILL. False when it had to be killed."""
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.ended(), grace)
        except TimeoutError:
            self.kill()
            await self.ended()
            return False
        return True

    def close(self) -> None:
        """Let go of its output, which a grandchild may hold open for as long as it likes."""
        self.process._transport.close()  # type: ignore[attr-defined]  # there is no public way

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def kill(self) -> None:
        """With everything in its session; runs have sessions of their own and go on."""
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def _die_with(parent: int) -> None:
    """Between fork and exec: the kernel kills this process when the supervisor goes."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went before that was said
            os._exit(1)
