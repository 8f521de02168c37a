"""Several processes on one host that train one model: who they are, and what they tell each other.

Started by torchrun, which says by environment variables who is who. Everything here does nothing,
and costs nothing, where a process trains alone.

Process r of W computes forward pass f*W + r: together they compute one large batch. Numbers that
steer the training (a stop, the loss of a step) go over the CPU by gloo; tensors on a GPU by nccl.
"""

from __future__ import annotations

import datetime as dt
import os
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from trainers.errors import BadInput

# Others wait while the first process evaluates. A dead process is told by torchrun, at once.
PATIENCE = dt.timedelta(hours=2)


def begin(device_kind: str) -> None:
    """Join the others that torchrun started; takes the GPU of this process's number.

    BadInput: fewer GPUs than processes.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or dist.is_initialized():
        return
    if device_kind != "cuda":
        dist.init_process_group("gloo", timeout=PATIENCE)
        return
    place, found = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
    if place >= found:
        raise BadInput(
            f"processes: {os.environ['WORLD_SIZE']} were asked for, one GPU each, and {found} can"
            " be seen here; ask for fewer, or take device=cpu"
        )
    torch.cuda.set_device(place)
    dist.init_process_group("cpu:gloo,cuda:nccl", timeout=PATIENCE)


def end() -> None:
    """Leave the others in good order."""
    if dist.is_initialized():
        dist.destroy_process_group()


def rank() -> int:
    """This process's number, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def world() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def is_main() -> bool:
    """Whether this one records, evaluates and saves for all."""
    return rank() == 0


def gathered(rows: Tensor) -> Tensor:
    """(B, ...) -> (W*B, ...), in the order of the processes; gradients flow to every process.

    ValueError: another process has another number of rows.
    """
    if world() == 1:
        return rows
    if len(set(_counts(rows))) > 1:
        raise ValueError(f"processes have {_counts(rows)} rows: equal numbers are needed")
    whole: Tensor = _Gathered.apply(rows)  # type: ignore[no-untyped-call]
    return whole


@torch.no_grad()
def gathered_rows(rows: Tensor) -> Tensor:
    """As `gathered`, without gradients: the numbers of rows may differ, or be 0."""
    if world() == 1:
        return rows.detach()
    counts = _counts(rows)
    padded = rows.new_zeros((max(counts), *rows.shape[1:]))
    padded[: len(rows)] = rows.detach()
    parts = [torch.empty_like(padded) for _ in counts]
    dist.all_gather(parts, padded)
    return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])


def own_rows(rows: int) -> slice:
    """Where this process's `rows` rows lie in `gathered`."""
    return slice(rank() * rows, (rank() + 1) * rows)


def agree(flag: bool) -> bool:  # noqa: FBT001  what is agreed on is a bool
    """True where any process says so."""
    if world() == 1:
        return flag
    said = torch.tensor([int(flag)])
    dist.all_reduce(said, dist.ReduceOp.MAX)
    return bool(said.item())


def summed(numbers: Mapping[str, float]) -> dict[str, float]:
    """By name, over all processes. ValueError: they name different numbers."""
    if world() == 1:
        return dict(numbers)
    names = sorted(numbers)
    mark = zlib.crc32("\n".join(names).encode())
    vector = torch.tensor([mark, *(numbers[name] for name in names)], dtype=torch.float64)
    dist.all_reduce(vector)
    if vector[0] != mark * world():
        raise ValueError(f"processes name different numbers; this one: {', '.join(names)}")
    return dict(zip(names, vector[1:].tolist(), strict=True))


def mean(numbers: Mapping[str, float]) -> dict[str, float]:
    """By name, over all processes, in the order given."""
    if world() == 1:
        return dict(numbers)
    sums = summed(numbers)
    return {name: sums[name] / world() for name in numbers}


def everyone(value: Any) -> list[Any]:
    """What every process says, in their order. For small things: it is pickled."""
    if world() == 1:
        return [value]
    said: list[Any] = [None] * world()
    dist.all_gather_object(said, value)
    return said


@torch.no_grad()
def share_weights(model: nn.Module) -> None:
    """Give every process the first one's parameters and buffers."""
    if world() > 1:
        for tensor in (*model.parameters(), *model.buffers()):
            dist.broadcast(tensor.detach(), src=0)


@torch.no_grad()
def average_gradients(parameters: Sequence[nn.Parameter]) -> None:
    """The mean over the processes, in one message a number format.

    A parameter that got a gradient in some processes only counts as zero in the others; one that
    got none anywhere keeps none, so that the optimizer leaves it alone.
    """
    if world() == 1:
        return
    has = torch.tensor([int(p.grad is not None) for p in parameters])
    dist.all_reduce(has, dist.ReduceOp.MAX)
    moving = [p for p, any_has in zip(parameters, has.tolist(), strict=True) if any_has]
    for parameter in moving:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    for kind in dict.fromkeys(p.dtype for p in moving):
        _average([p.grad for p in moving if p.dtype == kind and p.grad is not None])


def _average(gradients: list[Tensor]) -> None:
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    dist.all_reduce(flat)
    flat /= world()
    parts = flat.split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def _counts(rows: Tensor) -> list[int]:
    """How many rows every process has."""
    mine = torch.tensor([len(rows)])
    counts = [torch.empty_like(mine) for _ in range(world())]
    dist.all_gather(counts, mine)
    return [int(count) for count in counts]


class _Gathered(torch.autograd.Function):
    """Every row's gradient is the sum of what all processes say of it."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor) -> Tensor:
        ctx.count = len(rows)
        rows = rows.contiguous()
        parts = [torch.empty_like(rows) for _ in range(world())]
        dist.all_gather(parts, rows)
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].contiguous().clone()
        dist.all_reduce(total)
        return total[own_rows(ctx.count)]
