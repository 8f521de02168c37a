"""Every worker host: whether it lives, its slots with what runs in them, how busy it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.runs.models import Run, Status
from dashboard.training.models import Heartbeat
from dashboard.training.waiting import Group

Readings = Mapping[str, float]


@dataclass(frozen=True)
class Slot:
    """One slot of a host. run: what runs there; readings: of its GPU, where it is one."""

    name: str
    run: Run | None
    gpu: str  # what the GPU calls itself; "" where nobody told
    readings: Readings


@dataclass(frozen=True)
class Machine:
    """A worker host as it last told. others: runs that hold slots which it does not name."""

    name: str
    seen_at: datetime | None  # None where only runs tell of it
    is_alive: bool
    version: str
    slots: tuple[Slot, ...]
    readings: Readings
    words: str  # why its GPUs are not read
    others: tuple[Run, ...] = field(default=())

    @property
    def busy(self) -> int:
        return sum(slot.run is not None for slot in self.slots)


def machines() -> list[Machine]:
    """Those at work first, then by name."""
    running = _running()
    beats = {beat.name: beat for beat in Heartbeat.objects.filter(kind=Heartbeat.Kind.WORKER)}
    found = [_machine(name, beats.get(name), running.get(name, {})) for name in beats | running]
    return sorted(found, key=lambda one: (not one.is_alive, one.name))


def groups() -> list[Group]:
    """The slots of the hosts at work, by kind."""
    return [
        Group(machine.name, kind, len(slots), sum(slot.run is None for slot in slots))
        for machine in machines()
        if machine.is_alive
        for kind, slots in _by_kind(machine.slots).items()
    ]


def forget(name: str) -> bool:
    """Take a silent host out of the list. False while it works, or runs are said to be there."""
    if any(one.name == name and (one.is_alive or one.busy or one.others) for one in machines()):
        return False
    return bool(Heartbeat.objects.filter(kind=Heartbeat.Kind.WORKER, name=name).delete()[0])


def _by_kind(slots: Iterable[Slot]) -> dict[str, list[Slot]]:
    kinds: dict[str, list[Slot]] = {}
    for slot in slots:
        kinds.setdefault(slot.name.partition(":")[0], []).append(slot)
    return kinds


def _running() -> dict[str, dict[str, Run]]:
    """By host and slot. Only what is shown of a run: its whole row is dear."""
    shown = ("name", "number", "status", "host", "slot", "started_at", "stop_requested")
    running = Run.objects.filter(status=Status.RUNNING).select_related("examination")
    found: dict[str, dict[str, Run]] = {}
    for run in running.only(*shown, "examination__made_at").order_by("number"):
        for slot in run.slot.split(","):
            found.setdefault(run.host, {})[slot] = run
    return found


def _machine(name: str, beat: Heartbeat | None, running: Mapping[str, Run]) -> Machine:
    """What a worker of another version does not tell, or tells otherwise, is left out."""
    detail = beat.detail if beat else {}
    names = [str(slot) for slot in _list(detail.get("slots"))]
    readings = _numbers(detail.get("readings"))
    gpus = detail.get("gpus")
    called = gpus if isinstance(gpus, dict) else {}
    return Machine(
        name,
        beat.seen_at if beat else None,
        bool(beat and beat.is_alive),
        str(detail.get("version", "")),
        tuple(_slot(slot, running.get(slot), readings, called) for slot in names),
        readings,
        str(detail.get("words", "")) if any(slot.startswith("gpu:") for slot in names) else "",
        tuple({run.pk: run for slot, run in running.items() if slot not in names}.values()),
    )


def _slot(name: str, run: Run | None, readings: Readings, called: Mapping[str, Any]) -> Slot:
    kind, _, number = name.partition(":")
    if kind != "gpu":
        return Slot(name, run, "", {})
    start = f"gpu/{number}/"
    own = {key.removeprefix(start): v for key, v in readings.items() if key.startswith(start)}
    return Slot(name, run, str(called.get(number, "")), own)


def _list(told: Any) -> list[Any]:
    return told if isinstance(told, list) else []


def _numbers(told: Any) -> dict[str, float]:
    pairs = told.items() if isinstance(told, dict) else ()
    return {str(name): float(value) for name, value in pairs if type(value) in (int, float)}
