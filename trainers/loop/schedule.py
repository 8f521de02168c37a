"""The optimizer and how its learning rate moves."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import nn

from trainers.loop.config import LoopConfig

LOWEST = 0.02  # of the highest learning rate, at the end of the cosine


def factor(step: int, config: LoopConfig) -> float:
    """Share of the highest learning rate at optimizer step 1, 2, …"""
    if step <= config.warmup_steps:
        return step / config.warmup_steps
    if config.schedule == "constant":
        return 1.0
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return LOWEST + (1 - LOWEST) * (1 + math.cos(math.pi * min(1.0, done))) / 2


def make_optimizer(
    model: nn.Module, config: LoopConfig, faster: Mapping[str, float]
) -> torch.optim.Optimizer:
    """AdamW. faster: parameters by name and how many times the learning rate they get."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decay = config.weight_decay if parameter.ndim > 1 else 0.0
            groups.setdefault((decay, faster.get(name, 1.0)), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "weight_decay": decay, "times": times}
            for (decay, times), parameters in groups.items()
        ],
        lr=config.learning_rate,
    )


def set_learning_rate(optimizer: torch.optim.Optimizer, step: int, config: LoopConfig) -> float:
    """Give every group its learning rate for this step; returns the plain one."""
    rate = config.learning_rate * factor(step, config)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["times"]
    return rate
