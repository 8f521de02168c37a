"""Writes digit scenes as FG-CLIP has its data: python -m trainers.data.fgclip_writer --out DIR.

For examples and tests: images as PNG, and one file of records, as a list or one a line.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from PIL import Image

from trainers.data.phrases import hard_negatives
from trainers.data.scenes import Domain, Scene, Scenes

Layout = Literal["list", "lines"]


def write(scenes: Scenes, folder: Path, layout: Layout = "list") -> Path:
    """The file of annotations; the images lie below it in `images`."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    records = [_record(scenes[number], number, folder) for number in range(scenes.count)]
    if layout == "list":
        file, text = folder / "annotations.json", json.dumps(records, indent=1)
    else:
        file = folder / "annotations.jsonl"
        text = "\n".join(json.dumps(record) for record in records) + "\n"
    file.write_text(text)
    return file


def _record(scene: Scene, number: int, folder: Path) -> dict[str, Any]:
    name = f"images/{number:06d}.png"
    rows = (scene.image * 255).round().astype(np.uint8).transpose(1, 2, 0)
    Image.fromarray(np.ascontiguousarray(rows)).save(folder / name)
    return {
        "f_path": name,
        "caption": "a picture of " + " and ".join(look.text for look in scene.looks),
        "short_caption": scene.caption,
        "bbox_info": [
            {
                "bbox": [round(float(value), 6) for value in box],
                "short_expr": look.text,
                "long_expr": f"{look.text} in front of the background",
                "flag_short_neg": 1,
                "short_expr_negs": dict(enumerate(hard_negatives(look.phrase))),
            }
            for box, look in zip(scene.boxes, scene.looks, strict=True)
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m trainers.data.fgclip_writer")
    parser.add_argument("--out", type=Path, required=True, help="folder that is made")
    parser.add_argument("--scenes", type=int, default=64, help="how many")
    parser.add_argument("--split", choices=("train", "test"), default="train")
    parser.add_argument("--domain", choices=get_args(Domain), default="clutter")
    parser.add_argument("--layout", choices=get_args(Layout), default="list")
    parser.add_argument("--invalid-share", type=float, default=0.0, help="of broken boxes")
    given = parser.parse_args()
    scenes = Scenes(given.domain, given.split, given.scenes, 0, given.invalid_share)
    write(scenes, given.out, given.layout)


if __name__ == "__main__":
    main()
