"""Weights from a file, and how much of a model they cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from trainers.errors import BadInput

SHOWN = 5  # missing weights that an error names


def tensors_of(path: Path, instead: str) -> dict[str, Tensor]:
    """BadInput: no such file, or a damaged one; says what to do `instead`."""
    if not path.is_file():
        raise BadInput(f"checkpoint: there is no file {path}; {instead}")
    try:
        return dict(load_file(path))
    except (SafetensorError, OSError, ValueError) as error:
        raise BadInput(
            f"checkpoint: {path} is damaged or no safetensors file ({error}). Copy it again, or"
            f" {instead}"
        ) from error


def fitting(model: nn.Module, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of the tensors that the model has, in the same shape."""
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    return {name: tensor for name, tensor in state.items() if shapes.get(name) == tensor.shape}


def cover(model: nn.Module, loaded: set[str]) -> tuple[float, tuple[str, ...]]:
    """Share of the parameters (as numbers, not as names) that are in `loaded`, and the others."""
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    missing = tuple(name for name in sizes if name not in loaded)
    return 1 - sum(sizes[name] for name in missing) / sum(sizes.values()), missing


def check(coverage: float, missing: Sequence[str], least: float) -> None:
    """BadInput: less than the least share is covered."""
    if coverage >= least:
        return
    named = ", ".join(missing[:SHOWN]) + (", …" if len(missing) > SHOWN else "")
    raise BadInput(
        f"checkpoint: it holds {coverage:.1%} of the weights and {least:.1%} are asked for;"
        f" missing: {named}. Take a checkpoint of this model, or lower least_coverage"
    )


def require_finite(model: nn.Module, source: str) -> None:
    """BadInput: a weight is NaN or infinite; `source` says where it came from."""
    for name, parameter in model.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            raise BadInput(f"{source}: the weight {name} holds NaN or infinity; take another file")
