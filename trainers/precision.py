"""Devices and number formats: which one a run computes on, and in how many bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import MappingProxyType

import torch
from torch import nn

from trainers import distributed
from trainers.errors import BadInput
from trainers.loop_config import LoopConfig, Precision

AUTOCAST = MappingProxyType({"bf16": torch.bfloat16, "fp16": torch.float16})


def choose_device(config: LoopConfig) -> torch.device:
    """Where this process computes; where there are several, it joins the others.

    BadInput: a GPU was asked for and there is none, or fewer than processes.
    """
    found = torch.cuda.is_available()
    if config.device == "cuda" and not found:
        raise BadInput("device: cuda was asked for, and torch sees no GPU here; use auto or cpu")
    kind = "cuda" if found and config.device != "cpu" else "cpu"
    distributed.begin(kind)
    return torch.device(kind)


def device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def use_threads(config: LoopConfig) -> None:
    if config.threads:
        torch.set_num_threads(config.threads)


def computing(
    model: nn.Module, precision: Precision, device: torch.device
) -> AbstractContextManager[object]:
    """The context of a forward pass. Losses leave it for `full_precision`."""
    if precision in AUTOCAST:
        return torch.autocast(device.type, dtype=AUTOCAST[precision])
    if precision == "bf16_weights" and device.type == "cpu":
        return _widened(model)
    return nullcontext()


def make_scaler(precision: Precision, device: torch.device) -> torch.amp.GradScaler:
    """The loss scale of fp16; for every other precision one that does nothing."""
    return torch.amp.GradScaler(device.type, enabled=precision == "fp16")


@contextmanager
def _widened(model: nn.Module) -> Iterator[None]:
    """Compute in 32 bits from 16-bit weights, which stay what they are, as do their gradients.

    Most CPUs only emulate 16-bit arithmetic, five times slower. A module looks into its __dict__
    before its parameters, so a widened copy there stands in front of the parameter.
    """
    shadowed = [
        (module, name, parameter)
        for module in model.modules()
        for name, parameter in module.named_parameters(recurse=False)
    ]
    for module, name, parameter in shadowed:
        module.__dict__[name] = parameter.float()
    try:
        yield
    finally:
        for module, name, _ in shadowed:
            del module.__dict__[name]


def place(model: nn.Module, precision: Precision, device: torch.device) -> None:
    """Move the model; bf16_weights also rounds its weights, and keeps no exact copy of them."""
    model.to(device)
    if precision == "bf16_weights":
        model.to(torch.bfloat16)


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """An island of 32 bits inside autocast: for losses."""
    return torch.autocast(device.type, enabled=False)
