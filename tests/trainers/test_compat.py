"""A torchvision that was built for another torch does not keep transformers from working."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROKEN = "raise RuntimeError('operator torchvision::nms does not exist')\n"
MODELS = "from transformers import CLIPModel, SamHQVisionModel; print(CLIPModel.__name__)"
OURS = (
    "import trainers.region_contrastive.model, trainers.sdm_alignment.backbone;"
    "import trainers.box_refinement.encoder; print('all')"
)


@pytest.fixture
def broken(tmp_path):
    """A path with a torchvision that pip believes in and Python cannot import."""
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(BROKEN)
    about = tmp_path / "torchvision-0.28.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: torchvision\nVersion: 0.28.0\n")
    (about / "RECORD").write_text("torchvision/__init__.py,,\n")
    return tmp_path


def said(program, *places):
    path = os.pathsep.join(map(str, places))
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    return done.stdout.strip(), done.stderr


def test_models_cannot_be_had_beside_a_broken_torchvision(broken):
    out, trouble = said(MODELS, broken)
    assert out == ""
    assert "torchvision" in trouble


def test_they_can_once_it_is_hidden_and_that_is_told(broken):
    out, trouble = said(f"import trainers._compat; {MODELS}", broken)
    assert out == "CLIPModel"
    told = "torchvision is broken here and is not used: RuntimeError: operator torchvision::nms"
    assert told in trouble


def test_every_trainer_hides_it(broken):
    assert said(OURS, broken)[0] == "all"


def test_without_torchvision_nothing_is_said():
    assert said("import trainers._compat; print(trainers._compat.reason or 'nothing')") == (
        "nothing",
        "",
    )
