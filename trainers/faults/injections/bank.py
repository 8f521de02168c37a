"""The bank of negatives is not filled with what was seen."""

from __future__ import annotations

import types
from typing import Any

import torch
from torch import Tensor

from trainers.loop.fit import Loop


def bank_never_written(loop: Loop, onset: int) -> None:
    bank: Any = loop.task
    bank = bank.bank

    def only_counted(self: Any, *_rows: Tensor) -> None:
        self.forwards += 1

    bank.after_forward = types.MethodType(only_counted, bank)


def bank_of_noise(loop: Loop, onset: int) -> None:
    bank: Any = loop.task
    bank = bank.bank
    kept = bank.after_forward

    def noise(*rows: Tensor) -> None:
        kept(*rows)
        for name in ("regions", "texts"):
            drawn = torch.randn_like(getattr(bank, name))
            getattr(bank, name).copy_(drawn / drawn.norm(dim=1, keepdim=True))

    bank.after_forward = noise
