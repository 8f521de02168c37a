"""The weights a training starts from, and how much of the model they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from trainers import coverage
from trainers.region_contrastive import directories, tokens
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.model import RegionClip, small_clip

EMBEDDED = Path(__file__).parent / "base.safetensors"
REGION_SCALE = "region_logit_scale"
HARD_SCALE = "hard_logit_scale"
GLOBAL_SCALE = "clip.logit_scale"
SHOWN = 20  # tensors of the file that fit nowhere


@dataclass(frozen=True)
class Start:
    """coverage: share of the weights that were loaded; missing: names of those that were not

    unused: tensors of the file that fit nowhere in the model
    logit_scale: the loaded one for regions, None where nothing was loaded
    """

    model: RegionClip
    tokenize: tokens.Tokenize
    tokenize_long: tokens.Tokenize
    coverage: float = 0.0
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    logit_scale: float | None = None


def prepare(config: RegionContrastiveConfig) -> Start:
    """The model with its first weights.

    BadInput: no such file or directory, a damaged one, or one that covers too little.
    """
    start, state = _found(config)
    if config.hard_weight:
        start.model.add_hard_negatives()
    if state is None:
        return replace(start, missing=tuple(dict(start.model.named_parameters())))
    start = _loaded(start, state)
    coverage.check(start.coverage, start.missing, config.least_coverage)
    return start


def _found(config: RegionContrastiveConfig) -> tuple[Start, Mapping[str, Tensor] | None]:
    """The model as it was built, and the weights that it is to get."""
    if config.clip_model:
        model, state, tokenizer = directories.load(Path(config.clip_model))
        longest = int(model.clip.config.text_config.max_position_embeddings)
        long = model.long_texts.length if model.long_texts else longest
        return Start(model, tokens.by(tokenizer, longest), tokens.by(tokenizer, long)), state
    start = Start(RegionClip(small_clip()), tokens.tokenize, tokens.tokenize)
    if not config.checkpoint:
        return start, None
    path = EMBEDDED if config.checkpoint == "embedded" else Path(config.checkpoint)
    return start, coverage.tensors_of(path, "use embedded, a path, or leave it empty")


def _loaded(start: Start, state: Mapping[str, Tensor]) -> Start:
    model = start.model
    fitting = coverage.fitting(model, state)
    wanted = {name for name, _ in model.named_parameters()}
    for name, source in ((REGION_SCALE, GLOBAL_SCALE), (HARD_SCALE, REGION_SCALE)):
        if name in wanted and name not in fitting and source in fitting:
            fitting[name] = fitting[source]  # a plain CLIP has one scale, as FG-CLIP takes it
    model.load_state_dict(fitting, strict=False)
    share, missing = coverage.cover(model, set(fitting))
    return replace(
        start,
        coverage=share,
        missing=missing,
        unused=tuple(sorted(set(state) - set(fitting)))[:SHOWN],
        logit_scale=float(fitting[REGION_SCALE]) if REGION_SCALE in fitting else None,
    )
