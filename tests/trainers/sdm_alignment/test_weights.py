"""A local CLIP as the backbone, and how much of the model it covers."""

import json
import math

import torch
from transformers import CLIPConfig, CLIPModel

from tests.trainers.sdm_alignment.given import short, task
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
    trained = task(**values)
    assert isinstance(trained.model.backbone, ClipBackbone)
    assert 0.5 < trained.facts["weights/coverage"] < 1
    assert not any(name.startswith("backbone.") for name in trained.facts["weights/missing"])
    row = Loop(trained, short(**values), 0).update()
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
