"""The frozen encoder, the cache of its features, and the head. Imports no torch."""

from __future__ import annotations

from typing import Literal

from trainers.config import Config, setting

ENCODER, HEAD, CACHE = "Image encoder", "Box head", "Feature cache"


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
