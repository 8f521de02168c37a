"""How far an update moved the weights, as a share of their length: healthy is about 1e-3."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

AT_ONCE = 2**17  # squares added up in 32 bits: with more, the sum's own rounding shows


class Movement:
    """Looks at the weights before and after an update.

    It keeps one copy of them, which an update is taken from in place: a clone each step, with
    differences and squares of its own, cost as much as the update itself.
    """

    def __init__(self, parameters: Sequence[nn.Parameter]) -> None:
        self.parameters: list[Tensor] = list(parameters)
        self._copy: list[Tensor] = []

    @torch.no_grad()
    def before(self) -> Tensor:
        """Remember the weights; returns their length."""
        if not self._copy:
            self._copy = [torch.empty_like(parameter) for parameter in self.parameters]
        torch._foreach_copy_(self._copy, self.parameters)
        return _length(self._copy)

    @torch.no_grad()
    def after(self, length: Tensor) -> Tensor:
        """Length of the update over that of the weights before it, 0 for weights of length 0.

        Exactly 0 where rounding swallowed every change.
        """
        torch._foreach_sub_(self._copy, self.parameters)
        return torch.where(length == 0, 0.0, _length(self._copy) / length)


def _length(tensors: list[Tensor]) -> Tensor:
    """Of all of them together, on their device."""
    if not tensors:
        return torch.zeros((), dtype=torch.float64)
    if tensors[0].device.type == "cpu":  # where a dot product is the quickest way, and exact enough
        squares = [_square(tensor) for tensor in tensors]
        return torch.tensor(sum(squares), dtype=torch.float64).sqrt()
    norms = torch._foreach_norm(tensors, 2, torch.float32)
    whole: Tensor = torch.linalg.vector_norm(torch.stack(norms).double())
    return whole


def _square(tensor: Tensor) -> float:
    flat = tensor.reshape(-1).float()
    return sum(float(torch.dot(part, part)) for part in flat.split(AT_ONCE))
