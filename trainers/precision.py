"""Devices and number formats: which one a run computes on, and in how many bits."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from trainers.errors import BadInput
from trainers.loop_config import LoopConfig, Precision


def choose_device(config: LoopConfig) -> torch.device:
    """BadInput: a GPU was asked for and there is none."""
    found = torch.cuda.is_available()
    if config.device == "cuda" and not found:
        raise BadInput("device: cuda was asked for, and torch sees no GPU here; use auto or cpu")
    return torch.device("cuda" if found and config.device != "cpu" else "cpu")


def use_threads(config: LoopConfig) -> None:
    if config.threads:
        torch.set_num_threads(config.threads)


def autocast(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """The context of a forward pass. Losses leave it: they compute in 32 bits."""
    if precision == "bf16":
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()


def place(model: nn.Module, precision: Precision, device: torch.device) -> None:
    """Move the model; bf16_weights also rounds its weights, and keeps no exact copy of them."""
    model.to(device)
    if precision == "bf16_weights":
        model.to(torch.bfloat16)


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """An island of 32 bits inside autocast: for losses."""
    return torch.autocast(device.type, enabled=False)
