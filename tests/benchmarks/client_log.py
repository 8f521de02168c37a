"""What fixpoint.log() costs a training loop: 10 metrics, at most 10 µs in the median.

python tests/benchmarks/client_log.py [DIRECTORY]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "trainers" / "client"))

import fixpoint  # noqa: E402

CALLS = 20_000
LIMIT = 10.0  # µs


def main(directory: str) -> int:
    fixpoint.start(directory)
    median = measure("with msgspec or orjson" if fixpoint._encode else "with Python alone")
    if fixpoint._encode:
        fixpoint._encode = None
        measure("with Python alone")
    return int(median > LIMIT)


def measure(how: str) -> float:
    values = {f"train/metric_{number}": 0.1234567 * (number + 1) for number in range(10)}
    spent = []
    for step in range(CALLS):
        values["train/metric_0"] = 2.0 / (step + 1)
        begin = time.perf_counter()
        fixpoint.log(values, step=step)
        spent.append((time.perf_counter() - begin) * 1e6)
    spent.sort()
    median, high = statistics.median(spent), spent[int(0.99 * CALLS)]
    print(
        f"log() of 10 metrics {how}: median {median:.1f} µs, p99 {high:.1f} µs, goal {LIMIT:g} µs"
    )
    return median


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else folder))
