"""RES-04."""

from __future__ import annotations

from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    State,
    gettext_noop,
    not_applicable,
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine

_ = gettext_noop

DEVICE, VISIBLE = "device", "device/visible_gpus"


@rule(id="RES-04", title=_("Device"))
def wrong_device(context: Context) -> Finding:
    """The training computes on the CPU although a GPU is visible to it.

    The trainer states the device that its weights and batches are on, and how many GPUs it sees.
    On the CPU beside a visible GPU is a failure, or a warning where the configuration asked for the
    CPU by name. It is read once, at the start, and needs no statistics.

    A computation on mixed devices raises an error in torch and cannot make a loss large or a cache
    miss. Whether the GPU is used well is not checked here: see *Waiting for data*.
    """
    if VISIBLE not in context.facts or DEVICE not in context.facts:
        return unlogged(context, Message(_("This run does not say which devices it saw.")))
    device, gpus = str(context.facts[DEVICE]), int(context.fact(VISIBLE, 0))
    looked_at = say(
        _("what the trainer stated: {device}, {gpus} visible GPUs"), device=device, gpus=gpus
    )
    if gpus <= 0:
        return not_applicable(Message(_("No GPU is visible to this run.")))
    if device != "cpu":
        return fine(say(_("It computes on {device}."), device=device), looked_at)
    asked = context.config.get("device") == "cpu"
    return Finding(
        state=State.WARN if asked else State.FAIL,
        says=say(_("It computes on the CPU, with {gpus} visible GPUs idle."), gpus=gpus),
        expected=Message(_("The GPU, where one is visible.")),
        looked_at=looked_at,
        since_step=0,
        causes=(
            Message(_("The configuration asks for the CPU."))
            if asked
            else Message(_("The model was never moved to the GPU, or torch was built without it.")),
        ),
        remedy=Message(_("Let the trainer choose the device.")),
        patch=context.patch(device="auto"),
        check=Message(_("The stated device is cuda.")),
    )
