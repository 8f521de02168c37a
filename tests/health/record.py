"""Keep a run for the replay tests: python -m tests.health.record RUN_DIR NAME

Only what rules read, to four digits, so that a run is some tens of kB; the logit scale keeps its
bits.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.health.given import RECORDED

PREFIXES = (
    *("train/", "region/", "text/", "bank/", "sdm/", "features/", "data/missing", "box/", "cache/"),
    *("amp/", "time/", "weights/coverage", "device", "resume/", "eval/region_loss"),
    *("eval/sdm_loss", "eval/loss"),
)
LEFT_OUT = ("features/infrared", "features/pencil", "features/sketch")  # no rule reads them
EXACT = "region/logit_scale"


def kept(run_dir: Path) -> Iterator[dict[str, Any]]:
    yield {"kind": "config", "config": json.loads((run_dir / "config.json").read_text())["config"]}
    for event in map(json.loads, (run_dir / "events.jsonl").read_text().splitlines()):
        if event["kind"] in ("scalars", "facts"):
            chosen = {k: v for k, v in event["values"].items() if is_read(k)}
            shorter = {name: _short(name, value) for name, value in chosen.items()}
            yield {"kind": event["kind"], "step": event.get("step"), "values": shorter}


def is_read(name: str) -> bool:
    return name.startswith(PREFIXES) and not name.startswith(LEFT_OUT)


def _short(name: str, value: Any) -> Any:
    return float(f"{value:.4g}") if type(value) is float and not name.startswith(EXACT) else value


def main() -> None:
    run_dir, name = Path(sys.argv[1]), sys.argv[2]
    RECORDED.mkdir(exist_ok=True)
    lines = "".join(json.dumps(event) + "\n" for event in kept(run_dir))
    packed = gzip.compress(lines.encode(), 9, mtime=0)
    (RECORDED / f"{name}.jsonl.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
