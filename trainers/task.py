"""What a trainer brings to the loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from trainers.config import Metric
from trainers.samples import Sample


class Task(Protocol):
    """What is trained. `forward` counts forward passes from 0, also across an interruption.

    Several processes have a task each, which must stay equal: what one of them learns of its own
    batch and keeps, all must learn (see trainers.distributed). Only the first is asked for
    `evaluate` and `samples`, so these must not wait for the others.
    """

    @property
    def name(self) -> str:
        """Of the trainer."""

    @property
    def primary(self) -> Metric:
        """The score that says how good the model is."""

    @property
    def model(self) -> nn.Module: ...

    @property
    def device(self) -> torch.device: ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What does not change with the step."""

    @property
    def loss_weights(self) -> Mapping[str, float]:
        """By the loss's name, "region"."""

    @property
    def faster(self) -> Mapping[str, float]:
        """Parameters by name that get a multiple of the learning rate."""

    def batch(self, forward: int) -> Any:
        """The batch of a forward pass: the same one whenever it is asked for."""

    def move(self, batch: Any) -> Any:
        """The batch on the device: what `losses` gets."""

    def losses(self, batch: Any) -> Mapping[str, Tensor]:
        """Every named loss, a number in 32 bits. Called inside `precision.computing`."""

    def after_update(self) -> None:
        """Called when the weights have moved."""

    def numbers(self) -> Mapping[str, float]:
        """What the task saw since it was last asked."""

    def marks(self) -> Mapping[str, str]:
        """What happened since it was last asked, by name, in words: drawn on the charts."""

    def evaluate(self) -> Mapping[str, float]:
        """Scores on the held-out set."""

    def samples(self) -> Sequence[Sample]:
        """A few pictures to look at, asked for after an evaluation; none where there are none."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...
