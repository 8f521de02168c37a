"""Where the time of an optimizer step goes: its parts add up to the whole.

On a GPU the program runs ahead of the device, so its clock would charge every part's work to
whoever waits first. There the parts are told apart by events in the device's own queue, at a few
microseconds each; the one wait at the end of a step is the one that reads its losses anyway.
A batch that is made ready while the device still computes then costs nothing, as it should.

Without a GPU the processor time of the step is told as well: a step that takes longer without it
waited for other programs.
"""

from __future__ import annotations

import time
from typing import Literal, Protocol

import torch

Part = Literal["data", "transfer", "forward", "backward", "optimizer", "other"]
PARTS: tuple[Part, ...] = ("data", "transfer", "forward", "backward", "optimizer")


class Stopwatch(Protocol):
    """Begins when it is made."""

    def lap(self, part: Part) -> None:
        """What was done since the lap before belongs to `part`."""

    def read(self) -> dict[str, float]:
        """Seconds by name, "time/step" and its parts, up to now."""


def stopwatch(device: torch.device) -> Stopwatch:
    return DeviceWatch() if device.type == "cuda" else HostWatch()


class HostWatch:
    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._worked = time.process_time()
        self._parts = dict.fromkeys(PARTS, 0.0)

    def lap(self, part: Part) -> None:
        now = time.perf_counter()
        if part != "other":
            self._parts[part] += now - self._last
        self._last = now

    def read(self) -> dict[str, float]:
        told = _named(self._parts, time.perf_counter() - self._began)
        return told | {"time/cpu": time.process_time() - self._worked}


class DeviceWatch:
    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._first = _event()
        self._laps: list[tuple[Part, torch.cuda.Event]] = []

    def lap(self, part: Part) -> None:
        self._laps.append((part, _event()))

    def read(self) -> dict[str, float]:
        torch.cuda.current_stream().synchronize()
        parts = dict.fromkeys(PARTS, 0.0)
        before = self._first
        for part, event in self._laps:
            if part != "other":
                parts[part] += before.elapsed_time(event) / 1000
            before = event
        return _named(parts, time.perf_counter() - self._began)


def _event() -> torch.cuda.Event:
    event = torch.cuda.Event(enable_timing=True)
    event.record()
    return event


def _named(parts: dict[Part, float], whole: float) -> dict[str, float]:
    told = {f"time/{part}": seconds for part, seconds in parts.items()}
    return {"time/step": whole, **told, "time/other": whole - sum(told.values())}
