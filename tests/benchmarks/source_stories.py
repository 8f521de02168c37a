"""The three source stories as studies, asked of a server with a worker:

    python -m tests.benchmarks.source_stories --url http://127.0.0.1:8000 --token TOKEN

Each trainer's `before` against `after` with the same seeds in every arm, the fix taken apart. What
matters and how much is fixed here, before the first run starts. Waits for all runs, then keeps the
answers, as they come out, in dashboard/comparison/benchmark/stories.json; benchmark_studies writes
them to docs/studies.md. About an hour and a half of one core for 5 seeds; --only names a trainer.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

OUT = Path(__file__).parents[2] / "dashboard" / "comparison" / "benchmark" / "stories.json"
EVERY = 10.0  # seconds between looks


@dataclass(frozen=True, kw_only=True)
class Story:
    """parts: what the fix is made of. smallest: in the metric's own unit."""

    trainer: str
    title: str
    hypothesis: str
    metric: str
    direction: str = "higher"
    summary: str = "last"
    smallest: float
    guardrails: tuple[str, ...]  # higher is better in all of them
    design: str
    parts: Mapping[str, Mapping[str, Any]]


STORIES = {
    "box": Story(
        trainer="box_refinement",
        title="Box refinement: one unit, a cache that hits, clipping after unscaling",
        hypothesis="The report blames a device mismatch for the loss of 332. If targets in pixels"
        " make it, the unit alone does the work, and the cache changes time only.",
        metric="eval/iou",
        smallest=0.02,
        guardrails=("eval/recall_at_75",),
        design="factorial",
        parts={
            "one unit": {"targets_in": "same_unit"},
            "cache key without device": {"cache_key": "content"},
            "clip after unscaling": {"unscale_before_clip": True},
        },
    ),
    "cache": Story(
        trainer="box_refinement",
        title="Box refinement: what the feature cache saves",
        hypothesis="A key without the device hits from the second pass on. Seconds for features a"
        " step should fall to those of reading a file.",
        metric="time/features",
        direction="lower",
        summary="mean",
        smallest=0.01,
        guardrails=("eval/iou",),
        design="compare",
        parts={"cache key without device": {"cache_key": "content"}},
    ),
    "sdm": Story(
        trainer="sdm_alignment",
        title="SDM alignment: forward KL, row-stochastic targets, masks, temperature, norms",
        hypothesis="The report says that P·log q is the wrong formula. If targets whose rows do not"
        " sum to one make the loss negative, normalising them does the work.",
        metric="eval/map",
        smallest=0.02,
        guardrails=("eval/recall_at_1",),
        design="leave_one_out",
        parts={
            "forward KL": {"objective": "forward_kl"},
            "row-stochastic targets": {"target_rows": "normalised"},
            "mask missing modalities": {"mask_missing": True},
            "temperature 0.2 to 0.18": {"temperature_start": 0.2, "temperature_end": 0.18},
            "norm penalty": {"norm_target": 1.0, "norm_band": 0.25, "norm_penalty": 0.01},
        },
    ),
    "region": Story(
        trainer="region_contrastive",
        title="FG-CLIP region: precision, scale, memory bank, boxes, duplicates",
        hypothesis="The report blames the logit scale, the late bank and invalid boxes. If weights"
        " in pure bf16 cannot follow the updates, fp32 weights do most of it.",
        metric="eval/region_recall_at_1",
        smallest=0.02,
        guardrails=("eval/region_recall_at_5",),
        design="leave_one_out",
        parts={
            "fp32 weights": {"precision": "fp32"},
            "scale from the checkpoint": {"logit_scale_source": "checkpoint"},
            "bank after 6 steps": {"bank_warmup": 6, "bank_warmup_unit": "steps"},
            "drop invalid boxes": {"filter_boxes": True},
            "mask duplicate captions": {"mask_duplicates": True},
        },
    ),
}


def asked(story: Story, seeds: int) -> dict[str, Any]:
    return {
        "trainer": story.trainer,
        "preset": "before",
        "project": "source-stories",
        "title": story.title,
        "hypothesis": story.hypothesis,
        "metric": story.metric,
        "direction": story.direction,
        "summary": story.summary,
        "smallest": story.smallest,
        "guardrails": [{"metric": name, "direction": "higher"} for name in story.guardrails],
        "design": story.design,
        "parts": [{"name": name, "patch": patch} for name, patch in story.parts.items()],
        "seeds": seeds,
    }


def ended(client: httpx.Client, study: str) -> dict[str, Any]:
    """The study once none of its runs is queued or running."""
    while True:
        found = _json(client.get(f"/api/studies/{study}/"))
        states = Counter(run["status"] for arm in found["arms"] for run in arm["runs"])
        print(f"{time.strftime('%H:%M:%S')} {found['trainer']}: {dict(states)}", flush=True)
        if not {"queued", "starting", "running", "stopping"} & set(states):
            return dict(found)
        time.sleep(EVERY)


def alarms(client: httpx.Client, study: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """By arm: how many of its runs each rule failed or warned of, as "CTR-02 fail"."""
    found = {}
    for arm in study["arms"]:
        seen: Counter[str] = Counter()
        for run in arm["runs"]:
            verdicts = _json(client.get(f"/api/runs/{run['run']}/verdicts/"))["verdicts"]
            seen.update(
                f"{v['rule']} {v['state']}" for v in verdicts if v["state"] in ("fail", "warn")
            )
        found[arm["name"]] = dict(sorted(seen.items()))
    return found


def _json(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise SystemExit(f"{answer.request.url}: {answer.status_code} {answer.text[:2000]}")
    return answer.json()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True, help="of scope member")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=STORIES, action="append")
    parser.add_argument("--opened", action="append", help="NAME=ID of one that this opened before")
    options = parser.parse_args()
    headers = {"Authorization": f"Bearer {options.token}", "Accept-Language": "en"}
    with httpx.Client(base_url=options.url, headers=headers, timeout=120) as client:
        opened = dict(one.split("=", 1) for one in options.opened or ()) or {
            name: _json(client.post("/api/studies/", json=asked(STORIES[name], options.seeds)))[
                "id"
            ]
            for name in options.only or STORIES
        }
        print(*(f"--opened {name}={one}" for name, one in opened.items()), flush=True)
        kept = json.loads(OUT.read_text()) if OUT.exists() else {}
        for name, one in opened.items():
            study = ended(client, one)
            answer = _json(client.get(f"/api/studies/{one}/answer/"))
            kept[name] = {"study": study, "answer": answer, "alarms": alarms(client, study)}
            OUT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
