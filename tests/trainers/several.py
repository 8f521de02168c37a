"""Two processes that train together, as torchrun would start them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.multiprocessing as processes

from trainers import distributed


def in_two(folder: Path, work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What `work(*arguments)` returns in each of two processes. It must be a module's function."""
    folder.mkdir(parents=True, exist_ok=True)
    meet = folder / "meet"
    processes.spawn(_one, (meet, work, arguments), nprocs=2)
    return [torch.load(meet.with_suffix(f".{rank}"), weights_only=False) for rank in range(2)]


def _one(rank: int, meet: Path, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{meet}", rank=rank, world_size=2
    )
    try:
        torch.save(work(*arguments), meet.with_suffix(f".{rank}"))
    finally:
        distributed.end()
