"""What a box refinement can be told. Imports no torch.

The parts are listed last to first in the class at the end: pydantic takes the fields of the last
base first, and the launch form shows the groups in that order.
"""

from __future__ import annotations

from typing import Literal

from trainers.config import Config, other_default, setting
from trainers.loop_config import LoopConfig, Precision

DATA, ENCODER, HEAD = "Data", "Image encoder", "Box head"
LOSS, CACHE = "Box loss", "Feature cache"

BoxUnit = Literal["normalised", "pixels"]
FAST_SHARE = 4  # fast mode takes one training image in so many


class DataConfig(Config):
    annotations: str = setting(
        "",
        group=DATA,
        title="Annotations",
        help="A COCO JSON file with the boxes to train on. Empty: digit scenes, made on the fly.",
    )
    held_out: str = setting(
        "",
        group=DATA,
        title="Held-out annotations",
        help="The COCO JSON file that the evaluation looks at. Needed beside annotations.",
    )
    images: str = setting(
        "",
        group=DATA,
        title="Image folder",
        help="Where the images of both files lie. Empty: beside their file.",
    )
    proposals: str = setting(
        "",
        group=DATA,
        title="Proposals",
        help=(
            "A JSON list of image_id and bbox: the boxes to refine, one for every annotated box and"
            " in its order. Empty: the true boxes with noise."
        ),
    )
    train_images: int = setting(
        240,
        group=DATA,
        title="Training images",
        help="How many digit scenes there are to train on; COCO files are used whole.",
        unit="images",
        ge=8,
        le=10_000_000,
    )
    evaluation_images: int = setting(
        64,
        group=DATA,
        title="Held-out images",
        help="Digit scenes of unseen handwriting that the evaluation looks at.",
        unit="images",
        ge=1,
        le=100_000,
    )
    original_side: int = setting(
        640,
        group=DATA,
        title="Side of the original images",
        help="In which size the digit scenes count as annotated: what original pixels are.",
        unit="px",
        ge=64,
        le=100_000,
    )
    noise: float = setting(
        0.16,
        group=DATA,
        title="Noise on input boxes",
        help=(
            "Spread of the shift and of the change of size of a proposal, as a share of its box."
            " The evaluation always has 0.16."
        ),
        ge=0,
        le=1,
    )
    data_seed: int = setting(
        0,
        group=DATA,
        title="Seed of the data set",
        help="Which scenes the set holds. The run's own seed only shuffles them.",
        ge=0,
        le=2**31,
    )
    fast: bool = setting(
        default=False,
        group=DATA,
        title="Fast mode",
        help=(
            "For a first look: one training image in four, refined once. The learning rate stays as"
            " it is, so that nothing else changes."
        ),
    )


class EncoderConfig(Config):
    sam_model: str = setting(
        "",
        group=ENCODER,
        title="Local HQ-SAM model",
        help="Directory of a pretrained SamHQ model as transformers saves it. Empty: a small one.",
    )
    least_coverage: float = setting(
        0.95,
        group=ENCODER,
        title="Least weight coverage",
        help="Share of the weights that the checkpoint must hold, or the run ends at once.",
        ge=0,
        le=1,
    )
    encoder_seed: int = setting(
        0,
        group=ENCODER,
        title="Seed of the small encoder",
        help="Its weights are random and stay so: equal in all runs, so that they share features.",
        ge=0,
        le=2**31,
    )
    extract_at_once: int = setting(
        1,
        group=ENCODER,
        title="Images extracted at once",
        help="More is faster on a GPU. With one, a feature never depends on its neighbours.",
        unit="images",
        ge=1,
        le=1024,
    )


class HeadConfig(Config):
    rounds: int = setting(
        2,
        group=HEAD,
        title="Refinements",
        help="How often a box is refined, each time from where the last one left it.",
        unit="rounds",
        ge=1,
        le=10,
    )
    enlarge: float = setting(
        1.6,
        group=HEAD,
        title="Enlarged by",
        help="The head looks at the box times this, to see what lies around its edges.",
        ge=1,
        le=4,
    )
    width: int = setting(
        128,
        group=HEAD,
        title="Width of the head",
        help="Numbers in its hidden layers.",
        ge=4,
        le=8192,
    )


class BoxLossConfig(Config):
    box_unit: BoxUnit = setting(
        "normalised",
        group=LOSS,
        title="Unit of the boxes",
        help="In which boxes enter the loss: shares of the encoder's frame, or its pixels.",
    )
    targets_in: Literal["same_unit", "original_pixels"] = setting(
        "same_unit",
        group=LOSS,
        title="True boxes in",
        help=(
            "The unit of the predictions, or pixels of the original image: a fault, by which the"
            " two are never comparable."
        ),
    )
    l1_weight: float = setting(
        1.0,
        group=LOSS,
        title="Weight of the L1 loss",
        help="In the sum that is minimised. Its size follows the unit of the boxes.",
        ge=0,
        le=1000,
    )
    giou_weight: float = setting(
        2.0,
        group=LOSS,
        title="Weight of the GIoU loss",
        help="In the sum that is minimised; it has no unit.",
        ge=0,
        le=1000,
    )


class CacheConfig(Config):
    cache: bool = setting(
        default=True,
        group=CACHE,
        title="Keep features",
        help="Features of an image are computed once and read from disk after that.",
    )
    cache_dir: str = setting(
        "",
        group=CACHE,
        title="Cache folder",
        help="Several runs may share one. Empty: in the run's own directory.",
    )
    cache_limit: int = setting(
        2048,
        group=CACHE,
        title="Largest size",
        help="What was not read for longest makes room. A feature of HQ-SAM takes 2 MiB.",
        unit="MiB",
        ge=1,
        le=100_000_000,
    )
    cache_key: Literal["content", "content_and_device"] = setting(
        "content",
        group=CACHE,
        title="Key",
        help=(
            "What made a feature: image, encoder, preprocessing. With the device's name in it, a"
            " fault, writer and reader spell it differently and nothing is ever found."
        ),
    )


class BoxRefinementConfig(
    LoopConfig, CacheConfig, BoxLossConfig, HeadConfig, EncoderConfig, DataConfig
):
    """All of it. The defaults are those of the preset `after`."""

    steps: int = other_default(LoopConfig, "steps", 150)
    batch_size: int = other_default(LoopConfig, "batch_size", 8)
    accumulation: int = other_default(LoopConfig, "accumulation", 1)
    learning_rate: float = other_default(LoopConfig, "learning_rate", 1e-3)
    warmup_steps: int = other_default(LoopConfig, "warmup_steps", 10)
    precision: Precision = other_default(LoopConfig, "precision", "fp16")
    evaluate_every: int = other_default(LoopConfig, "evaluate_every", 30)
    checkpoint_every: int = other_default(LoopConfig, "checkpoint_every", 50)
