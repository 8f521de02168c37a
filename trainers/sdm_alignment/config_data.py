"""What is trained on, and with which model. Imports no torch."""

from __future__ import annotations

from trainers.config import Config, setting

DATA, MODEL = "Data", "Model"


class DataConfig(Config):
    manifest: str = setting(
        "",
        group=DATA,
        title="Manifest",
        help=(
            "List of people to train on: ORBench's train_annos.json, CUHK-PEDES' reid_raw.json and"
            " its kin, or any JSON or CSV of such records. Empty: the digit pedestrians that come"
            " with Fixpoint."
        ),
    )
    test_manifest: str = setting(
        "",
        group=DATA,
        title="Manifest of the held-out people",
        help=(
            "People who are not in the training manifest, or ORBench's"
            " test_gallery_and_queries.json. Empty: those of the same file whose split is test."
        ),
    )
    data_root: str = setting(
        "",
        group=DATA,
        title="Directory of the pictures",
        help="What a manifest's paths are relative to. Empty: the manifest's own directory.",
    )
    skip_bad_records: bool = setting(
        default=False,
        group=DATA,
        title="Skip bad records",
        help=(
            "Leave out a manifest's bad records and unreadable pictures and report how many,"
            " instead of ending the run."
        ),
    )
    identities: int = setting(
        400,
        group=DATA,
        title="Digit pedestrians",
        help="How many people the embedded training set holds.",
        unit="people",
        ge=4,
        le=100_000,
    )
    views: int = setting(
        3,
        group=DATA,
        title="Records per pedestrian",
        help="How often each of them is recorded: each time drawn anew in every modality.",
        unit="records",
        ge=1,
        le=100,
    )
    missing_share: float = setting(
        0.3,
        group=DATA,
        title="Share of missing modalities",
        help="How often a pedestrian's record lacks a modality; RGB is missing a third as often.",
        ge=0,
        le=0.95,
    )
    data_seed: int = setting(
        0,
        group=DATA,
        title="Seed of the data set",
        help="Which people the set holds. The run's own seed only shuffles them.",
        ge=0,
        le=2**31,
    )
    evaluation_identities: int = setting(
        60,
        group=DATA,
        title="Held-out pedestrians",
        help="Unseen people that the evaluation looks for: always the same ones.",
        unit="people",
        ge=4,
        le=10_000,
    )


class ModelConfig(Config):
    clip_model: str = setting(
        "",
        group=MODEL,
        title="Local CLIP model",
        help="Directory of a pretrained CLIP as transformers saves it. Empty: a small network.",
    )
    checkpoint: str = setting(
        "",
        group=MODEL,
        title="Start from",
        help="A safetensors file of the small network's weights. Empty: random weights.",
    )
    least_coverage: float = setting(
        0.6,
        group=MODEL,
        title="Least weight coverage",
        help=(
            "Share of the weights that the checkpoint or the CLIP must hold, or the run ends at"
            " once. Those of the identity head never come with one."
        ),
        ge=0,
        le=1,
    )
    width: int = setting(
        128,
        group=MODEL,
        title="Width of the embedding",
        help="Numbers that every modality is embedded in.",
        ge=8,
        le=4096,
    )
