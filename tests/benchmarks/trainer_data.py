"""Shares of a step's time, and cache hits by pass: python -m tests.benchmarks.trainer_data

By hand, on a quiet machine: a run of each trainer on its embedded set, one thread each. Waiting for
data is to be at most 5 % of the time of all steps together, first epoch included; the second pass
over the images is to hit the feature cache every time.
"""

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from pathlib import Path

from trainers.catalog import TRAINERS
from trainers.config import complete
from trainers.recorder import Recorder

PARTS = ("data", "transfer", "forward", "backward", "optimizer", "other")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trainers", default="sdm_alignment,box_refinement")
    parser.add_argument("--preset", default="after")
    parser.add_argument("--steps", type=int, default=0, help="0: those of the preset")
    given = parser.parse_args()
    for name in given.trainers.split(","):
        measure(name, given.preset, given.steps)


def measure(name: str, preset: str, steps: int) -> None:
    trainer = TRAINERS[name]
    config = complete(trainer, preset, {"steps": steps} if steps else {})
    module, _, function = trainer.entry.partition(":")
    train = getattr(__import__(module, fromlist=[function]), function)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(None):
        train(config, recorder=Recorder(Path(folder)), run_dir=Path(folder), seed=0)
        lines = (Path(folder) / "events.jsonl").read_text().splitlines()
    rows = [event["values"] for event in map(json.loads, lines) if event["kind"] == "scalars"]
    rows = [row for row in rows if "time/step" in row]
    tell_times(name, preset, rows, time.perf_counter() - started)
    if "cache/requests" in rows[0]:
        values = config.model_dump()
        tell_cache(rows, -(-values["train_images"] // values["batch_size"]))


def tell_times(name: str, preset: str, rows: list[dict], whole: float) -> None:
    total = sum(row["time/step"] for row in rows)
    parts = {part: sum(row.get(f"time/{part}", 0) for row in rows) / total for part in PARTS}
    median = statistics.median(row["time/data"] / row["time/step"] for row in rows)
    told = ", ".join(f"{part} {share:.1%}" for part, share in parts.items())
    print(f"{name} {preset}: {len(rows)} steps, {total:.1f} s of {whole:.1f} s; {told}")
    print(f"  waiting for data: {parts['data']:.2%} of all steps, {median:.2%} of the median step")


def tell_cache(rows: list[dict], in_a_pass: int) -> None:
    for number, first in enumerate(range(0, len(rows), in_a_pass), start=1):
        part = rows[first : first + in_a_pass]
        hits, asked = (sum(row[f"cache/{n}"] for row in part) for n in ("hits", "requests"))
        seconds = sum(row["time/features"] for row in part) / asked
        print(f"  pass {number}: {hits / asked:.1%} hits, {1000 * seconds:.2f} ms an image")


if __name__ == "__main__":
    main()
