"""Readings of a run's host: stored exactly once, by byte offset, beside the metrics.

They have no steps, only times, so they are no curves: nothing of them is counted in the ledger,
judged, or superseded by a later attempt.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
from django.db import transaction

from dashboard.metrics.appending import Receipt, journal_of
from dashboard.metrics.intake import Gap
from dashboard.metrics.limits import MAX_TIME
from dashboard.metrics.lines import Refused, name_fault
from dashboard.metrics.models import Event, SystemPart
from dashboard.metrics.series import Curves, Floats, Series
from dashboard.runs import lifecycle

PART = 180  # readings a row: half an hour
MOST_NAMES = 2000  # of a reading
KIND = "system"  # of the events that hold what was said beside the readings


class Reading(msgspec.Struct):
    """A line of system.jsonl. words: said once, as that no GPU can be read."""

    time: Annotated[float, msgspec.Meta(ge=0, le=MAX_TIME)]
    values: dict[str, float] = {}
    words: str = ""


@dataclass(frozen=True)
class Readings:
    """curves: by name, over time (steps are milliseconds since 1970); words: what was said."""

    curves: Curves
    words: tuple[str, ...]


_decoder = msgspec.json.Decoder(Reading)


@transaction.atomic
def append_system(run_id: str, offset: int, body: bytes, source: str = "") -> Receipt:
    """Store the whole lines of `body`, the bytes of system.jsonl from `offset` on.

    Gap: bytes are missing before `offset`. Lines that are no reading are passed over and told.
    """
    journal = journal_of(run_id, source)
    if offset > journal.system_offset:
        raise Gap(offset, journal.system_offset)
    new = bytes(body[journal.system_offset - offset :])
    new = new[: new.rfind(b"\n") + 1]
    readings, refused = _parsed(new)
    if new:
        _say(run_id, readings, refused)
        _keep(run_id, source, readings)
        journal.system_offset += len(new)
        journal.save(update_fields=["system_offset"])
        lifecycle.touch([run_id])
    return Receipt(journal.system_offset, sum(len(one.values) for one in readings), refused)


def system(run_id: str) -> Readings:
    """All that is known of the hosts that the run was on."""
    parts = SystemPart.objects.filter(run_id=run_id).order_by("pk").values_list("data", flat=True)
    return Readings(_curves(parts), system_words(run_id))


def system_newest(run_id: str, parts: int = 4) -> Curves:
    """The newest readings, two hours of them by default, however long the run is."""
    newest = SystemPart.objects.filter(run_id=run_id).order_by("-pk")[:parts]
    return _curves(newest.values_list("data", flat=True))


def _curves(parts: Iterable[bytes | memoryview[int]]) -> Curves:
    blocks = [_unpacked(bytes(data)) for data in parts]
    names = dict.fromkeys(name for _, columns in blocks for name in columns)
    return {name: _series(name, blocks) for name in sorted(names)}


def system_words(run_id: str) -> tuple[str, ...]:
    """What was said beside the readings, each once."""
    said = Event.objects.filter(run_id=run_id, kind=KIND).order_by("pk")
    return tuple(dict.fromkeys(str(event.data.get("text", "")) for event in said))


def _parsed(body: bytes) -> tuple[list[Reading], list[Refused]]:
    found: list[Reading] = []
    refused: list[Refused] = []
    at = 0
    for raw in body.split(b"\n")[:-1]:
        if raw.strip():
            try:
                found.append(_checked(_decoder.decode(raw)))
            except (msgspec.DecodeError, ValueError) as error:
                refused.append(Refused(at, str(error)))
        at += len(raw) + 1
    return found, refused


def _checked(reading: Reading) -> Reading:
    if len(reading.values) > MOST_NAMES:
        raise ValueError(f"{len(reading.values)} values; a reading may have {MOST_NAMES}")
    for name in reading.values:
        if fault := name_fault(name):
            raise ValueError(fault)
    return reading


def _say(run_id: str, readings: Sequence[Reading], refused: Sequence[Refused]) -> None:
    said = [(one.time, one.words) for one in readings if one.words]
    time = readings[-1].time if readings else 0.0
    said += [(time, f"a reading is not readable: {line.reason}") for line in refused[:1]]
    Event.objects.bulk_create(
        Event(run_id=run_id, kind=KIND, time=time, data={"text": words[:1000]})
        for time, words in said
    )


def _keep(run_id: str, source: str, readings: Sequence[Reading]) -> None:
    """Into the directory's last row while that is short, the rest as new rows."""
    last = SystemPart.objects.filter(run_id=run_id, source=source).order_by("-pk").first()
    if last and last.readings < PART:
        times, columns = _unpacked(bytes(last.data))
        room = PART - last.readings
        _fill(last, _joined((times, columns), _columns(readings[:room]))).save()
        readings = readings[room:]
    SystemPart.objects.bulk_create(
        _fill(SystemPart(run_id=run_id, source=source), _columns(readings[at : at + PART]))
        for at in range(0, len(readings), PART)
    )


Block = tuple[Floats, Mapping[str, Floats]]  # times, and by name a value for each; NaN for none


def _columns(readings: Sequence[Reading]) -> Block:
    names = dict.fromkeys(name for one in readings for name in one.values)
    times = np.array([one.time for one in readings], np.float64)
    return times, {
        name: np.array([one.values.get(name, np.nan) for one in readings], np.float64)
        for name in names
    }


def _joined(first: Block, second: Block) -> Block:
    names = dict.fromkeys([*first[1], *second[1]])
    return np.concatenate([first[0], second[0]]), {
        name: np.concatenate([_column(first, name), _column(second, name)]) for name in names
    }


def _column(block: Block, name: str) -> Floats:
    times, columns = block
    return columns[name] if name in columns else np.full(len(times), np.nan)


def _fill(part: SystemPart, block: Block) -> SystemPart:
    times, columns = block
    part.readings = len(times)
    part.last_time = float(times[-1]) if len(times) else 0.0
    packed = msgspec.msgpack.encode([times.tobytes(), {n: v.tobytes() for n, v in columns.items()}])
    part.data = zlib.compress(packed, 1)
    return part


def _unpacked(data: bytes) -> Block:
    times, columns = msgspec.msgpack.decode(
        zlib.decompress(data), type=tuple[bytes, dict[str, bytes]]
    )
    return np.frombuffer(times), {name: np.frombuffer(raw) for name, raw in columns.items()}


def _series(name: str, blocks: Sequence[Block]) -> Series:
    """In the order of time; moments at which nobody told it are left out."""
    times = np.concatenate([block[0] for block in blocks])
    values = np.concatenate([_column(block, name) for block in blocks])
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    there = ~np.isnan(values)
    steps = np.round(times[there] * 1000).astype(np.int64)
    return Series(steps, times[there], values[there])
