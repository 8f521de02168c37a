"""Which samples a run told of, by step."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.metrics.curves import starts_of
from dashboard.metrics.models import Event


@dataclass(frozen=True)
class SampleEvent:
    """One sample that was written at a step. file: its document, which may still be on its way."""

    step: int
    name: str
    file: str
    time: float


def samples(run_id: str) -> list[SampleEvent]:
    """The newest step first, a step's samples in the order in which they were told.

    Where a resumed attempt overlaps an earlier one, only the newest attempt's samples count.
    """
    starts = starts_of([run_id])[run_id]
    found: dict[tuple[int, str], SampleEvent] = {}
    for event in Event.objects.filter(run_id=run_id, kind="sample").order_by("attempt", "pk"):
        ends = [step for attempt, step in starts if attempt > event.attempt]
        if not ends or event.step <= min(ends):
            name = event.data.get("name", "")
            file = event.data.get("file", "")
            found[event.step, name] = SampleEvent(event.step, name, file, event.time)
    return sorted(found.values(), key=lambda sample: -sample.step)
