"""Times features from a warm cache against extraction: python -m tests.benchmarks.feature_cache

By hand, on a quiet machine. Each row is one encoder; every image is extracted once, written once,
and read `--passes` times. The median pass is told, and the ratio of both.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch
from transformers import SamHQVisionConfig, SamHQVisionModel

from trainers.box_refinement.data import SceneExamples
from trainers.box_refinement.encoder import SMALL, Encoder
from trainers.data.scenes import Scenes
from trainers.feature_store import MIB, FeatureStore
from trainers.features import Features

BASE = {"image_size": 1024, "hidden_size": 768, "mlp_dim": 3072, "num_hidden_layers": 12,
        "num_attention_heads": 12, "global_attn_indexes": [2, 5, 8, 11], "window_size": 14,
        "output_channels": 256}  # fmt: skip
ENCODERS = {
    "small": SMALL,
    "medium": {**SMALL, "image_size": 512, "num_hidden_layers": 6, "global_attn_indexes": [2, 5]},
    "base": {**SMALL, **BASE},
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--encoders", default="small,medium")
    parser.add_argument("--images", type=int, default=48)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name in given.encoders.split(","):
        measure(name, given.images, given.passes, torch.device(given.device))


def measure(name: str, count: int, passes: int, device: torch.device) -> None:
    torch.manual_seed(0)
    model = SamHQVisionModel(SamHQVisionConfig(**ENCODERS[name])).eval().to(device)
    extractor = Encoder(model, device, 0.0, ()).extractor(1)
    scenes = SceneExamples(Scenes("clutter", "train", count), 640)
    items = [scenes[number] for number in range(count)]
    extractor.compute([items[0].load()])  # the first one also warms up the libraries
    with tempfile.TemporaryDirectory() as folder:
        features = Features(extractor, FeatureStore(Path(folder), 1024 * MIB), device)
        cold = timed(features, items)
        warm = statistics.median(timed(features, items) for _ in range(passes))
        size = features.store.bytes / count if features.store else 0
    print(
        f"{name}: extracted and kept {1000 * cold:.2f} ms an image, read {1000 * warm:.3f} ms,"
        f" {cold / warm:.0f} times faster; {size / 1024:.0f} KiB each; {count} images, {passes}"
        f" passes, {device}"
    )


def timed(features: Features, items: list) -> float:
    """Seconds an image, asked for eight at a time as a batch does."""
    started = time.perf_counter()
    for first in range(0, len(items), 8):
        features.of(items[first : first + 8])
    return (time.perf_counter() - started) / len(items)


if __name__ == "__main__":
    main()
