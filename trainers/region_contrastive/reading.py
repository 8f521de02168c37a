"""How the texts of a training are read: by which tokenizer, and whether it knows their words."""

from __future__ import annotations

from typing import Literal

from trainers.errors import BadInput
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.data import Reading
from trainers.region_contrastive.sets import Sets
from trainers.region_contrastive.tokens import unknown_share
from trainers.region_contrastive.weights import Start

MOST_UNKNOWN = 0.2  # of the words that the small model may not know
LOOKED_AT = 64  # images

__all__ = ["Reading", "of"]


def of(config: RegionContrastiveConfig, start: Start, found: Sets) -> Reading:
    """BadInput: texts of files that the small model cannot read."""
    if config.dataset != "scenes" and not config.clip_model:
        _refuse_unknown(found)
    kinds: dict[str, tuple[Literal["short", "long"], ...]] = {
        "short": ("short",),
        "long": ("long",),
        "both": ("short", "long"),
    }
    return Reading(
        captions=kinds[config.captions],
        region_text=config.region_text,
        negatives=config.hard_negatives if config.hard_weight else 0,
        short=start.tokenize,
        long=start.tokenize_long,
    )


def _refuse_unknown(found: Sets) -> None:
    some = found.held_out.take(range(min(LOOKED_AT, found.held_out.count)))
    share = unknown_share([name.short for example in some for name in example.names])
    if share > MOST_UNKNOWN:
        raise BadInput(
            f"clip_model: the small model knows only the words of digit scenes, and {share:.0%} of"
            " the words of these phrases are others; name the directory of a CLIP"
        )
