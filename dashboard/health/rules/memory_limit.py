"""RES-03."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.health.compared import ill
from dashboard.health.figures import figure, percent
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    Threshold,
    gettext_noop,
    not_applicable,
    rule,
    say,
)
from dashboard.health.seen import fine

_ = gettext_noop

MOST = Threshold("most", 0.9, low=0, high=1, says=_("Share of a memory that may be in use"))
HOST, HOST_TOTAL = "memory/host", "memory/total"
GPU, GPU_TOTAL = "/memory", "/memory_total"
GIB = 2**30


@dataclass(frozen=True)
class Use:
    """The most that was in use of one memory, and its size, in bytes."""

    name: str
    most: float
    size: float

    @property
    def share(self) -> float:
        return self.most / self.size


@rule(id="RES-03", title=_("Memory near its limit"), weight="remark", thresholds=(MOST,))
def memory_limit(context: Context) -> Finding:
    """Almost all of the host's or a GPU's memory is in use: the next larger batch may end the run.

    The most that was in use over the newest readings, every ten seconds and two hours of them at
    most, is compared with the size of that memory. More than 90 % is told, from the first reading.

    Whose memory it is, is not told apart: other programs on the host count as well. PyTorch keeps
    what it freed on the GPU and does not give it back, so a GPU's memory may look full and have
    room: a remark. That memory *grows* is another rule's question.
    """
    uses = _uses(context)
    if not uses:
        return not_applicable(Message(_("No memory and its size are read for this run.")))
    fullest = max(uses, key=lambda use: use.share)
    looked_at = say(_("the newest readings of {count} memories"), count=len(uses))
    number = Number(fullest.share, _("of the memory"))
    says = say(
        _("{name}: {most} of {size} GiB were in use, {share}."),
        name=fullest.name,
        most=figure(fullest.most / GIB),
        size=figure(fullest.size / GIB),
        share=percent(fullest.share),
    )
    if fullest.share <= context[MOST]:
        return fine(says, looked_at, number)
    return Finding(
        state=State.WARN,
        says=says,
        expected=say(_("At most {most}."), most=percent(context[MOST])),
        looked_at=looked_at,
        number=number,
        causes=_causes(context, fullest),
        remedy=Message(_("A smaller batch, more accumulation, or fewer loading processes.")),
        patch=_halved(context) if fullest.name.endswith(GPU) else {},
        check=say(_("At most {most} is in use."), most=percent(context[MOST])),
    )


def _uses(context: Context) -> list[Use]:
    pairs = [(HOST, HOST_TOTAL)]
    pairs += [
        (name, name.removesuffix(GPU) + GPU_TOTAL) for name in context.system if name.endswith(GPU)
    ]
    found = []
    for name, total in pairs:
        used, size = (context.system.get(n) for n in (name, total))
        if used is None or size is None or not len(used.finite) or not len(size.finite):
            continue
        room = float(np.max(size.finite.values))
        if room > 0:
            found.append(Use(name, float(np.max(used.finite.values)), room))
    return found


def _causes(context: Context, use: Use) -> tuple[Message, ...]:
    leak = Message(_("Memory grows from step to step: “Growing memory” speaks."))
    batch = Message(_("The batch is large for this memory: it is full from the first steps on."))
    others = Message(_("Other programs share it: the run's own part, memory/run, is far smaller."))
    grows = context.verdicts.get("memory_growth", {})
    first = (leak,) if ill(grows) or grows.get("held_back") else ()
    return (*first, batch, others) if use.name == HOST else (*first, batch)


def _halved(context: Context) -> dict[str, int]:
    """The same batch in twice as many passes."""
    size, passes = (int(context.setting(name, 0)) for name in ("batch_size", "accumulation"))
    if size < 2 or size % 2 or passes < 1:
        return {}
    return context.patch(batch_size=size // 2, accumulation=passes * 2)
