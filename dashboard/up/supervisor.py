"""Keep services running: start in order, restart what dies, stop in reverse order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from dashboard.up.child import Service
from dashboard.up.keeper import Keeper, Patience
from dashboard.up.log import Log


class Supervisor:
    def __init__(
        self, services: Sequence[Service], log: Log, patience: Patience | None = None
    ) -> None:
        self.log = log
        self.stopping = asyncio.Event()
        self.keepers = [
            Keeper(service, log, patience or Patience(), self.stopping) for service in services
        ]

    async def run(self, on_started: Callable[[], Coroutine[Any, Any, None]]) -> int:
        """Until Ctrl-C (0), or until a service will not stay up (1)."""
        self._listen_for_signals()
        if await self._start_all():
            await first_of(self._call(on_started()), self.stopping.wait())
        await self.stopping.wait()
        for keeper in reversed(self.keepers):
            await keeper.stop()
        return int(any(keeper.gave_up for keeper in self.keepers))

    async def _start_all(self) -> bool:
        """Each when the one before it is ready. False when told to stop meanwhile."""
        for keeper in self.keepers:
            keeper.start()
            await first_of(keeper.ready.wait(), self.stopping.wait())
            if self.stopping.is_set():
                return False
        return True

    async def _call(self, greeting: Coroutine[Any, Any, None]) -> None:
        """The services matter more than the greeting: its failure is told, and they go on."""
        try:
            await greeting
        except Exception as error:
            self.log.write("up", f"{type(error).__name__}: {error}")

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._told_to_stop)

    def _told_to_stop(self) -> None:
        if self.stopping.is_set():
            self.log.write("up", "killing what still runs")
            for keeper in self.keepers:
                keeper.kill()
            return
        self.log.write("up", "stopping (Ctrl-C again kills)")
        self.stopping.set()


async def first_of(*waits: Coroutine[Any, Any, object]) -> None:
    """Until one of them is done; the others are cancelled."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
