"""What measurements log: runs of ten metrics, float32 losses that fall, wall times that jitter."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

METRICS = (
    *("train/loss", "train/loss/region", "train/loss/global", "train/lr", "train/grad_norm"),
    *("time/step", "time/data", "region/logit_scale", "cache/hit_rate", "system/gpu_memory"),
)


def bodies(points: int, lines: int, seed: int = 0, metrics: int = 10) -> Iterator[bytes]:
    """events.jsonl of a run with so many points, in posts of `lines` lines."""
    rng = np.random.default_rng(seed)
    names = [METRICS[place] if place < 10 else f"more/{place}" for place in range(metrics)]
    encode = msgspec.json.Encoder().encode
    now = 1.76e9
    for begin in range(0, points // metrics, lines):
        count = min(lines, points // metrics - begin)
        steps = np.arange(begin, begin + count)
        falling = 2 / np.sqrt(1 + steps[:, None] / 50) + 0.1 * rng.normal(size=(count, metrics))
        values = falling.astype(np.float32).astype(float).tolist()
        times = now + np.cumsum(0.05 + 0.004 * rng.random(count))
        now = float(times[-1])
        yield b"".join(
            encode(
                {
                    "kind": "scalars",
                    "step": step,
                    "values": dict(zip(names, row, strict=True)),
                    "time": time,
                }
            )
            + b"\n"
            for step, row, time in zip(steps.tolist(), values, times.tolist(), strict=True)
        )
