"""What a region contrastive training learns from. Imports no torch."""

from __future__ import annotations

from typing import Literal

from trainers.config import Config, setting

DATA = "Data"


class DataConfig(Config):
    dataset: Literal["scenes", "fgclip", "coco"] = setting(
        "scenes",
        group=DATA,
        title="Data set",
        help=(
            "scenes: digits, drawn on the fly. fgclip: images with captions and boxes as FG-CLIP"
            " writes them. coco: COCO's JSON, with category names or captions as phrases."
        ),
        added="0.2",
    )
    annotations: str = setting(
        "",
        group=DATA,
        title="Annotations",
        help=(
            "The file to train on. For fgclip also a .txt file that lists such files, or a folder"
            " of them; a JSON list or one object a line."
        ),
        added="0.2",
    )
    held_out: str = setting(
        "",
        group=DATA,
        title="Held-out annotations",
        help="The file that the evaluation looks at, of the same kind. Needed beside annotations.",
        added="0.2",
    )
    images: str = setting(
        "",
        group=DATA,
        title="Image folder",
        help="What the paths in both files are relative to. Empty: each file's own folder.",
        added="0.2",
    )
    captions: Literal["short", "long", "both"] = setting(
        "short",
        group=DATA,
        title="Captions of whole images",
        help=(
            "Which of FG-CLIP's two captions the global loss reads; both: it is the sum over them."
            " A long one needs an FG-CLIP directory, or is cut at the model's length and counted."
        ),
        added="0.2",
    )
    region_text: Literal["short", "long", "either"] = setting(
        "short",
        group=DATA,
        title="Phrases of regions",
        help="Which of FG-CLIP's two expressions names a box; either: drawn anew for every batch.",
        added="0.2",
    )
    skip_bad_records: bool = setting(
        default=False,
        group=DATA,
        title="Skip bad records",
        help=(
            "Take the next record where one is damaged, and report how many, instead of ending the"
            " run."
        ),
        added="0.2",
    )
    reading_threads: int = setting(
        4,
        group=DATA,
        title="Threads that read images",
        help="For data from files: how many images are opened and scaled at once.",
        unit="threads",
        added="0.2",
        ge=1,
        le=256,
    )
    domain: Literal["clutter", "dark"] = setting(
        "clutter",
        group=DATA,
        title="Scenes",
        help="Digits before coloured noise and scraps of other digits, or before darkness.",
    )
    train_scenes: int = setting(
        4096,
        group=DATA,
        title="Training scenes",
        help="Size of the training set of scenes; every epoch has an order of its own.",
        unit="images",
        ge=8,
        le=10_000_000,
    )
    invalid_share: float = setting(
        0.25,
        group=DATA,
        title="Share of invalid boxes",
        help=(
            "How many boxes of the scenes are broken: outside the image, no area, corners swapped,"
            " in pixels."
        ),
        ge=0,
        le=1,
    )
    filter_boxes: bool = setting(
        default=True,
        group=DATA,
        title="Leave out invalid boxes",
        help="RoI align sees nothing under an invalid box: its zero vector would enter the loss.",
    )
    data_seed: int = setting(
        0,
        group=DATA,
        title="Seed of the data set",
        help="Which scenes the set holds. The run's own seed only shuffles them.",
        ge=0,
        le=2**31,
    )
    evaluation_scenes: int = setting(
        256,
        group=DATA,
        title="Held-out images",
        help=(
            "How many the evaluation looks at: always the same scenes of unseen handwriting, or the"
            " first images of the held-out file."
        ),
        unit="images",
        ge=8,
        le=100_000,
    )
