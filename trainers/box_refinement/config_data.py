"""The boxes to refine: where they come from. Imports no torch."""

from __future__ import annotations

from trainers.config import Config, setting

DATA = "Data"
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
    skip_bad_records: bool = setting(
        default=False,
        group=DATA,
        title="Skip bad records",
        help=(
            "Leave out images with a bad file or a bad box and report how many, instead of ending"
            " the run. Every image is read whole once before training for that."
        ),
        added="0.2",
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
