"""What a region contrastive training can be told. Imports no torch.

The parts are listed last to first in the class at the end: pydantic takes the fields of the last
base first, and the launch form shows the groups in that order.
"""

from __future__ import annotations

from trainers.config import Config, setting
from trainers.loop_config import LoopConfig
from trainers.region_contrastive.config_data import DataConfig
from trainers.region_contrastive.config_loss import BankConfig, HardConfig, LossConfig

MODEL = "Model"


class ModelConfig(Config):
    clip_model: str = setting(
        "",
        group=MODEL,
        title="Local CLIP model",
        help=(
            "Directory of a pretrained CLIP as transformers saves it, or of an FG-CLIP. Empty: a"
            " small one that knows only the words of digit scenes."
        ),
    )
    checkpoint: str = setting(
        "embedded",
        group=MODEL,
        title="Start from",
        help=(
            "embedded: the checkpoint that comes with Fixpoint, trained on dark scenes. A path:"
            " that file. Empty: random weights. A local CLIP model brings its own instead."
        ),
    )
    least_coverage: float = setting(
        0.95,
        group=MODEL,
        title="Least weight coverage",
        help="Share of the weights that the checkpoint must hold, or the run ends at once.",
        ge=0,
        le=1,
    )


class RegionContrastiveConfig(
    LoopConfig, BankConfig, HardConfig, LossConfig, ModelConfig, DataConfig
):
    """All of it. The defaults are those of the preset `after`."""
