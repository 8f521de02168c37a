"""Keep one service alive: start it, watch it, start it again, and know when that is hopeless."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import time
from collections import deque
from dataclasses import dataclass

from dashboard.up.child import POLL_SECONDS, Child, Service
from dashboard.up.log import Log


@dataclass(frozen=True)
class Patience:
    """When a crashed service is started again, and when that is given up."""

    first_delay: float = 0.5
    longest_delay: float = 15.0
    healthy_after: float = 30.0  # a life this long starts the delays anew
    crashes: int = 6  # so many
    window: float = 60.0  # within so many seconds end it all
    ready_within: float = 60.0


class Keeper:
    """Keeps one service alive."""

    def __init__(
        self, service: Service, log: Log, patience: Patience, stopping: asyncio.Event
    ) -> None:
        self.service = service
        self.log = log
        self.patience = patience
        self.stopping = stopping
        self.gave_up = False
        self.ready = asyncio.Event()
        self.child: Child | None = None
        self.task: asyncio.Task[None] | None = None
        self.crashes: deque[float] = deque()
        self.delay = patience.first_delay

    def start(self) -> None:
        self.task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        if self.child and self.child.code is None and not await self.child.stop(self.service.grace):
            self.log.write("up", f"{self.service.name} did not stop in time and was killed")
        if self.task:
            await self.task
        if self.service.release:
            self.service.release()

    def kill(self) -> None:
        if self.child:
            self.child.kill()

    async def _keep(self) -> None:
        while not self.stopping.is_set():
            began = time.monotonic()
            how = await self._live()
            if self.stopping.is_set():
                return
            if time.monotonic() - began > self.patience.healthy_after:
                self.delay = self.patience.first_delay
            await self._after_crash(how)

    async def _live(self) -> str:
        """One life, from start to end; says how it ended."""
        try:
            self.child = await Child.start(self.service)
        except OSError as error:
            return f"could not be started: {error}"
        if self.stopping.is_set():  # told so between fork and here
            self.child.kill()
        reading = asyncio.create_task(self._read(self.child))
        readiness = asyncio.create_task(self._await_readiness(self.child))
        code = await self.child.ended()
        self.ready.clear()
        readiness.cancel()
        await asyncio.wait([reading], timeout=1.0)  # its last words; a grandchild may hold the pipe
        reading.cancel()
        self.child.close()
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"

    async def _await_readiness(self, child: Child) -> None:
        until = time.monotonic() + self.patience.ready_within
        while self.service.ready and not await self.service.ready():
            if time.monotonic() > until:
                self.log.write("up", f"{self.service.name} is not ready yet; starting it again")
                child.kill()
                return
            await asyncio.sleep(POLL_SECONDS)
        self.ready.set()

    async def _read(self, child: Child) -> None:
        output = child.process.stdout
        while output is not None:
            try:
                line = await output.readline()
            except ValueError:  # longer than the buffer: what was read of it is dropped
                continue
            if not line:
                return
            self._show(line.decode(errors="replace").rstrip())

    def _show(self, line: str) -> None:
        chatter = self.service.chatter
        if line and not (chatter and re.search(chatter, line)):
            self.log.write(self.service.name, line)

    async def _after_crash(self, how: str) -> None:
        """Wait before the next life, or end it all when there were too many."""
        name, now = self.service.name, time.monotonic()
        self.crashes.append(now)
        while now - self.crashes[0] > self.patience.window:
            self.crashes.popleft()
        if len(self.crashes) >= self.patience.crashes:
            self.log.write("up", f"{name} {how}, {len(self.crashes)} times in a minute: giving up")
            self.gave_up = True
            self.stopping.set()
            return
        self.log.write("up", f"{name} {how}; starting it again in {self.delay:.1f} s")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), self.delay)
        self.delay = min(self.delay * 2, self.patience.longest_delay)
