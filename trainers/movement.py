"""How far an update moved the weights, as a share of their length: healthy is about 1e-3."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

AT_ONCE = 2**16  # squares added up in 32 bits: with more, the sum's own rounding shows


class Movement:
    """Looks at the weights before and after an update.

    It keeps one copy of them, end to end, which the new ones are taken from in place: a clone of
    every parameter each step, with differences and squares of its own, cost as much as the update.
    """

    def __init__(self, parameters: Sequence[nn.Parameter]) -> None:
        self.parameters: list[Tensor] = list(parameters)
        self._whole: list[Tensor] = []  # one a number format
        self._copy: list[Tensor] = []  # a view into these for every parameter

    @torch.no_grad()
    def before(self) -> Tensor:
        """Remember the weights; returns their length."""
        if not self._copy:
            self._make_room()
        torch._foreach_copy_(self._copy, self.parameters)
        return _length(self._whole)

    @torch.no_grad()
    def after(self, length: Tensor) -> Tensor:
        """Length of the update over that of the weights before it, 0 for weights of length 0.

        Exactly 0 where rounding swallowed every change.
        """
        torch._foreach_sub_(self._copy, self.parameters)
        return torch.where(length == 0, 0.0, _length(self._whole) / length)

    def _make_room(self) -> None:
        self.parameters.sort(key=lambda parameter: str(parameter.dtype))
        for kind in dict.fromkeys(parameter.dtype for parameter in self.parameters):
            alike = [parameter for parameter in self.parameters if parameter.dtype == kind]
            sizes = [parameter.numel() for parameter in alike]
            whole = torch.empty(sum(sizes), dtype=kind, device=alike[0].device)
            parts = zip(whole.split(sizes), alike, strict=True)
            self._whole.append(whole)
            self._copy += [part.view(parameter.shape) for part, parameter in parts]


def _length(whole: Sequence[Tensor]) -> Tensor:
    """Of all of them together, on their device."""
    if whole and whole[0].device.type == "cpu":  # where a dot product is quickest
        squares = sum(_square(part) for one in whole for part in one.split(AT_ONCE))
        return torch.tensor(squares, dtype=torch.float64).sqrt()
    norms = [torch.linalg.vector_norm(one, dtype=torch.float32) for one in whole]
    return torch.linalg.vector_norm(torch.stack(norms).double()) if norms else torch.zeros(())


def _square(part: Tensor) -> float:
    part = part.float()
    return float(torch.dot(part, part))
