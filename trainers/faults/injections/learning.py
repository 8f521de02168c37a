"""What is learnt goes wrong: losses, gradients, weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from trainers.faults.injections.hooks import EVERY, after
from trainers.loop.fit import Loop


def nothing(loop: Loop, onset: int, **_options: Any) -> None:
    """For a fault that lies in how the training begins."""


def loss_lost(loop: Loop, onset: int, part: str) -> None:
    def lost(losses: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        if loop.step < onset:
            return losses
        return {**losses, part: torch.zeros(())}

    after(loop.task, "losses", lost)


def sign_flipped(loop: Loop, onset: int, part: str) -> None:
    after(loop.task, "losses", lambda losses: {**losses, part: -losses[part]})


def common_direction(loop: Loop, onset: int) -> None:
    """Thirty times as long as an embedding: all cosines become nearly 1."""
    model: Any = loop.task.model
    for name in ("regions", "texts"):
        after(model, name, lambda rows: rows + 30 * rows.detach().norm(dim=1).mean())


def weights_not_in_optimizer(loop: Loop, onset: int) -> None:
    for group in loop.optimizer.param_groups:
        copies = [torch.nn.Parameter(weight.detach().clone()) for weight in group["params"]]
        group["params"] = copies


def gradients_kept(loop: Loop, onset: int) -> None:
    loop.optimizer.zero_grad = lambda set_to_none=True: None  # type: ignore[method-assign]


def weights_reset(loop: Loop, onset: int) -> None:
    """Now and then the first weights are loaded once more, as by a watchdog that restarts."""
    first = {name: value.clone() for name, value in loop.task.model.state_dict().items()}
    update = loop.update

    def updated() -> dict[str, float]:
        row = update()
        if loop.step >= onset and loop.step % EVERY == 0:
            loop.task.model.load_state_dict(first)
        return row

    loop.update = updated  # type: ignore[method-assign]


def last_layer_frozen(loop: Loop, onset: int) -> None:
    last: Any = loop.task.model
    for weight in last.last.parameters():
        weight.requires_grad = False
