"""The example of docs/commands.md on the lines that the reports show, judged by our rules."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dashboard.health.judging import judge
from dashboard.health.wording import worded
from tests.health.given import from_events
from tests.trainers.command.given import ROOT
from trainers.catalog import TRAINERS

DOCS = ROOT / "docs" / "commands.md"
STEPS, FORWARDS = 60, 8

# One forward pass of four regions as the first report shows it. Every second pass has a zero
# vector; the bank is due at forward 400 and fills by 4 entries a pass; chance is 1.4.
SCRIPT = r"""#!/bin/bash
echo "[FG-CLIP]   ✅ Loaded logit_scale = 4.6052 (exp=100.0)"
for ((forward = 0; forward < STEPS * 8; forward++)); do
  fill=$(( forward > 400 ? (forward - 400) * 4 : 0 )); full=False
  if (( fill >= 128 )); then fill=$(( fill % 128 )); full=True; fi
  if (( forward == 400 )); then echo "[Memory Bank] ✅ 已启用 @ training_step 400"; fi
  if [ "$ENABLE_RUNTIME_DIAG" = 1 ]; then
    echo "[DIAG] Region batch diagnostics:"
    echo "  - valid_count=4 | bbox_batch_size=4"
    if (( forward % 2 )); then
      echo "  - img_norms: min=0.0000, max=1.0000, mean=0.7500, std=0.5000, has_nan=False"
    else
      echo "  - img_norms: min=1.0000, max=1.0000, mean=1.0000, std=0.0000, has_nan=False"
    fi
    echo "  - logits_i2t: min=-0.6758, max=0.5508, mean=-0.0337, std=0.3086, has_nan=False"
    echo "  - logit_scale (finegrained): 2.656250 (exp=14.2428)"
    echo "  - memory_bank: ptr=$fill, full=$full, size=128"
  fi
  digit=${forward: -1}
  echo "[LOSS] Total: 2.9$digit | Global: 1.5747 | Region: 1.4$digit | HardNeg: 0.0000"
  where="[Epoch 0][Step $((forward / 8))][Batch $((forward + 1))]"
  echo "$where Loss: 2.9 | LR: 2.08e-07 | Time: 0.50s"
done
""".replace("STEPS", str(STEPS))


def example() -> str:
    """The definition in the docs."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    [found] = [block for block in blocks if "  fgclip:" in block]
    return str(found)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The run directory of that definition and a script that prints what the reports show."""
    folder: Path = tmp_path_factory.mktemp("fgclip")
    (folder / "scripts").mkdir()
    (folder / "scripts" / "train_ucf_full.sh").write_text(SCRIPT, encoding="utf-8")
    file = folder / "commands.yaml"
    file.write_text(example().replace("/srv/FG-CLIP", str(folder)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "trainers", "fgclip", "--run-dir", str(folder / "run")],
        cwd=ROOT,
        env={**os.environ, "FIXPOINT_COMMANDS": str(file)},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (folder / "run" / "console.log").write_bytes(done.stdout)
    return folder / "run"


@pytest.fixture(scope="module")
def judged(ran):
    return from_events((ran / "events.jsonl").read_text().splitlines())


@pytest.fixture(scope="module")
def verdicts(judged):
    return {verdict["id"]: worded(verdict) for verdict in judge(judged)}


def test_every_number_of_the_lines_arrives_at_its_step(judged):
    steps = {name: (len(curve), int(curve.steps[-1])) for name, curve in judged.curves.items()}
    assert set(steps.values()) == {(STEPS, STEPS - 1)}
    assert set(steps) == {
        "train/loss",
        "train/loss/global",
        "train/loss/region",
        "train/lr",
        "time/step",
        "region/rows",
        "region/candidates",
        "region/zero_rows",
        "region/zero_batches",
        "region/logit_min",
        "region/logit_max",
        "region/logit_std",
        "region/logit_scale",
        "bank/fill",
    }


def test_the_passes_of_a_step_become_one_number(judged):
    first = {name: float(curve.values[0]) for name, curve in judged.curves.items()}
    assert first["region/rows"] == 32
    assert first["region/zero_rows"] == pytest.approx(4)
    assert first["region/zero_batches"] == 4
    assert first["region/candidates"] == 4
    assert first["time/step"] == pytest.approx(4)
    assert first["train/loss/region"] == pytest.approx(1.435)
    assert first["region/logit_scale"] == 2.65625


def test_the_bank_fills_and_raises_the_candidates(judged):
    fill, candidates = judged.curve("bank/fill").values, judged.curve("region/candidates").values
    assert (fill[49], fill[-1]) == (0, 128)
    assert (candidates[49], candidates[-1]) == (4, 132)


def test_facts_are_stated_and_read(judged):
    assert judged.facts["region/logit_scale_initial"] == 2.65625
    assert judged.facts["region/logit_scale_expected"] == 4.6052
    assert judged.facts["bank/warmup_unit"] == "forwards"


def test_no_pattern_is_without_its_lines(ran):
    assert b"fixpoint:" not in (ran / "console.log").read_bytes()


def test_the_rules_see_what_the_first_report_saw(verdicts):
    scale, zero = verdicts["CTR-01"], verdicts["CTR-07"]
    assert scale["state"] == "warn"
    assert "×14.24" in scale["says"]
    assert "×100.00" in scale["says"]
    assert zero["state"] == "fail"
    assert "240 of 1920 region embeddings have norm 0" in zero["says"]


def test_the_rules_know_what_they_were_not_told(verdicts):
    assert not [verdict for verdict in verdicts.values() if verdict["state"] == "broken"]
    assert verdicts["CTR-02"]["state"] == "not_applicable"  # the script logs no gradient
    assert verdicts["CTR-05"]["state"] in ("pass", "waiting")
    assert verdicts["NUM-01"]["state"] == "pass"


def test_the_other_examples_of_the_docs_are_right_as_well(tmp_path, monkeypatch):
    text = DOCS.read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    command = yaml.safe_load(blocks[0])["commands"]["detector"]
    for block in blocks[1:3]:
        command |= yaml.safe_load(block)
    file = tmp_path / "commands.yaml"
    file.write_text(yaml.safe_dump({"commands": {"detector": command}}))
    monkeypatch.setenv("FIXPOINT_COMMANDS", str(file))
    assert TRAINERS.problems == ()
    assert TRAINERS["detector"].title == "Detector"
