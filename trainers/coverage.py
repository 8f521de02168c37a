"""How much of a model a checkpoint covers, and that too little ends the run at once."""

from __future__ import annotations

from collections.abc import Set

from torch import nn

from trainers.errors import BadInput

SHOWN = 5  # missing weights that an error names


def cover(model: nn.Module, loaded: Set[str]) -> tuple[float, tuple[str, ...]]:
    """Share of the parameters (as numbers, not as names) that are in `loaded`, and the others."""
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    missing = tuple(name for name in sizes if name not in loaded)
    return 1 - sum(sizes[name] for name in missing) / sum(sizes.values()), missing


def require(coverage: float, missing: tuple[str, ...], least: float, setting: str) -> None:
    """BadInput: less is covered than is asked for. setting: the one that names the checkpoint."""
    if coverage >= least:
        return
    named = ", ".join(missing[:SHOWN]) + (", …" if len(missing) > SHOWN else "")
    raise BadInput(
        f"{setting}: it holds {coverage:.1%} of the weights and {least:.1%} are asked for;"
        f" missing: {named}. Take a checkpoint of this model, or lower least_coverage"
    )
