"""Train many seeds of short runs and keep how each ended: python -m tests.benchmarks.study_values

Writes dashboard/comparison/benchmark/recorded.json: by trainer and metric one number a seed, the
last one. All seeds of a trainer have one configuration, so any two samples of them are A against A.
About six minutes of one core for 40 seeds each.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from importlib import import_module
from pathlib import Path

from trainers.catalog import BUILT_IN
from trainers.config import complete
from trainers.recorder import Recorder

OUT = Path(__file__).parents[2] / "dashboard" / "comparison" / "benchmark" / "recorded.json"
WANTED = {
    "sdm_alignment": (
        {"steps": 24, "evaluate_every": 24, "checkpoint_every": 1000, "threads": 1},
        ("eval/map", "eval/recall_at_1", "eval/sdm_loss", "train/loss"),
    ),
    "region_contrastive": (
        {"steps": 16, "evaluate_every": 16, "checkpoint_every": 1000, "threads": 1},
        ("eval/region_recall_at_1", "eval/region_loss", "train/loss/region"),
    ),
    "box_refinement": (
        {"steps": 24, "evaluate_every": 24, "checkpoint_every": 1000, "threads": 1},
        ("eval/iou", "eval/recall_at_75", "train/loss"),
    ),
}


def ended(trainer: str, seed: int, values: dict, metrics: tuple[str, ...], cache: Path) -> dict:
    known = BUILT_IN[trainer]
    more = {"cache_dir": str(cache)} if "cache_dir" in known.config.model_fields else {}
    config = complete(known, "quick", {**values, **more})
    module, _, name = known.entry.partition(":")
    with tempfile.TemporaryDirectory() as folder, Recorder(Path(folder)) as recorder:
        getattr(import_module(module), name)(
            config, recorder=recorder, run_dir=Path(folder), seed=seed
        )
        last: dict[str, float] = {}
        for line in (Path(folder) / "events.jsonl").read_text().splitlines():
            last |= json.loads(line).get("values") or {}
    return {metric: float(f"{last[metric]:.6g}") for metric in metrics}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    seeds = parser.parse_args().seeds
    kept: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as cache:
        for trainer, (values, metrics) in WANTED.items():
            found = [ended(trainer, seed, values, metrics, Path(cache)) for seed in range(seeds)]
            kept[trainer] = {metric: [one[metric] for one in found] for metric in metrics}
            print(trainer, {metric: kept[trainer][metric][:3] for metric in metrics}, flush=True)
    OUT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
