"""A local CLIP as the backbone, and how much of the model it covers."""

import json
import math

import pytest
import torch
from transformers import CLIPConfig, CLIPModel

from tests.trainers.sdm_alignment.given import short, task, trained
from trainers.errors import BadInput
from trainers.loop import Loop
from trainers.sdm_alignment.backbone import ClipBackbone


def saved_clip(folder):
    """A tiny CLIP as transformers saves it, with the smallest vocabulary its tokenizer takes."""
    tiny = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    special = {"pad_token_id": 6, "bos_token_id": 5, "eos_token_id": 6}
    config = CLIPConfig(
        text_config={**tiny, **special, "num_hidden_layers": 1, "vocab_size": 7,
                     "max_position_embeddings": 12},
        vision_config={**tiny, "num_hidden_layers": 1, "image_size": 32, "patch_size": 16},
        projection_dim=16,
    )  # fmt: skip
    CLIPModel(config).save_pretrained(folder)
    words = ["a</w>", "b</w>", "a", "b", "ab</w>", "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\na b</w>\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer"}))
    return str(folder)


def test_trains_on_a_local_clip_and_says_what_it_covers(tmp_path):
    values = {"clip_model": saved_clip(tmp_path), "least_coverage": 0.1}
    made = task(**values)
    assert isinstance(made.model.backbone, ClipBackbone)
    assert 0.5 < made.facts["weights/coverage"] < 1
    assert not any(name.startswith("backbone.") for name in made.facts["weights/missing"])
    row = Loop(made, short(**values), 0).update()
    assert math.isfinite(row["train/loss"])
    assert math.isfinite(row["train/grad_norm"])


def test_a_new_stem_before_a_pretrained_tower_changes_nothing_at_first(tmp_path):
    model = task(clip_model=saved_clip(tmp_path), least_coverage=0.1).model.eval()
    images = torch.rand(2, 3, 64, 32)
    assert torch.allclose(model.see("sketch", images), model.backbone.see(images), atol=1e-6)


def test_without_a_checkpoint_nothing_is_covered():
    facts = task().facts
    assert facts["weights/coverage"] == 0
    assert "backbone.shrink.weight" in facts["weights/missing"]


def test_weights_that_are_not_finite_are_refused_with_their_file(tmp_path):
    folder = saved_clip(tmp_path)
    model = CLIPModel.from_pretrained(folder)
    model.visual_projection.weight.data[0, 0] = math.nan
    model.save_pretrained(folder)
    with pytest.raises(BadInput, match=r"clip_model: .*visual_projection\.weight holds NaN"):
        task(clip_model=folder, least_coverage=0.1)


def test_a_torn_file_of_weights_is_refused_with_its_name(tmp_path):
    trained(tmp_path, short(steps=1))
    [path] = (tmp_path / "checkpoints").iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadInput, match=rf"checkpoint: .*{path.name} is damaged"):
        task(checkpoint=str(path))


def test_a_run_does_not_go_on_from_a_torn_checkpoint_of_its_own(tmp_path):
    trained(tmp_path, short(steps=2), stop_after=1)
    [path] = (tmp_path / "checkpoints").iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadInput, match=path.name):
        trained(tmp_path, short(steps=2))
