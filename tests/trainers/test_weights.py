"""The weights to start from: coverage is measured, told, and asked for."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.trainers.given import short
from trainers.errors import BadInput
from trainers.region_contrastive.model import INITIAL_LOGIT_SCALE, RegionClip, small_clip
from trainers.region_contrastive.weights import EMBEDDED, prepare


def cut(tmp_path, keep):
    path = tmp_path / "part.safetensors"
    save_file({name: w for name, w in load_file(EMBEDDED).items() if keep(name)}, path)
    return str(path)


def test_the_checkpoint_that_comes_along_covers_the_whole_model():
    start = prepare(short())
    assert start.coverage == 1
    assert start.missing == ()
    assert start.logit_scale == pytest.approx(4.0, abs=0.2)
    assert float(start.model.region_logit_scale.detach()) == start.logit_scale


def test_it_is_about_a_megabyte_and_says_where_it_came_from():
    assert EMBEDDED.stat().st_size < 1.3e6
    provenance = json.loads(EMBEDDED.with_suffix(".json").read_text())
    assert provenance["command"].startswith("python -m trainers.region_contrastive.base")
    assert provenance["scores_on_dark_scenes"]["eval/region_recall_at_1"] > 0.5


def test_random_weights_cover_nothing_and_start_at_clips_scale():
    start = prepare(short(checkpoint=""))
    assert start.coverage == 0
    assert len(start.missing) == len(list(start.model.parameters()))
    assert start.logit_scale is None
    assert float(start.model.region_logit_scale.detach()) == pytest.approx(INITIAL_LOGIT_SCALE)


def test_too_little_coverage_is_refused_with_what_is_missing(tmp_path):
    path = cut(tmp_path, lambda name: "self_attn" not in name)
    with pytest.raises(BadInput, match=r"holds \d\d\.\d% of the weights .* missing: .*self_attn"):
        prepare(short(checkpoint=path))


def test_little_coverage_is_taken_when_it_is_asked_for(tmp_path):
    path = cut(tmp_path, lambda name: "self_attn" not in name)
    start = prepare(short(checkpoint=path, least_coverage=0.2))
    assert 0.2 < start.coverage < 0.95
    assert all("self_attn" in name for name in start.missing)


def test_weights_of_another_shape_do_not_count(tmp_path):
    state = load_file(EMBEDDED)
    state["clip.visual_projection.weight"] = torch.zeros(32, 64)
    save_file(state, tmp_path / "other.safetensors")
    start = prepare(short(checkpoint=str(tmp_path / "other.safetensors")))
    assert start.missing == ("clip.visual_projection.weight",)


def test_regions_take_the_scale_of_a_checkpoint_that_has_only_one(tmp_path):
    path = cut(tmp_path, lambda name: name != "region_logit_scale")
    start = prepare(short(checkpoint=path))
    assert start.logit_scale == float(start.model.clip.logit_scale.detach())


def test_a_local_clip_directory_is_taken_as_transformers_saves_it(tmp_path):
    torch.manual_seed(3)
    clip = small_clip()
    with torch.no_grad():
        clip.logit_scale.fill_(4.5)
    clip.save_pretrained(tmp_path)
    write_tokenizer(tmp_path)
    start = prepare(short(clip_model=str(tmp_path)))
    assert start.coverage == 1
    assert start.logit_scale == pytest.approx(4.5)
    assert torch.equal(start.model.clip.visual_projection.weight, clip.visual_projection.weight)
    ids, mask, _ = start.tokenize(["ab", "a"])
    assert ids.shape == mask.shape


def write_tokenizer(folder):
    """The smallest vocabulary that transformers' CLIP tokenizer takes."""
    words = ["a</w>", "b</w>", "a", "b", "ab</w>", "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\na b</w>\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer"}))


def test_a_directory_without_a_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(BadInput, match="cannot be loaded"):
        prepare(short(clip_model=str(tmp_path)))


def test_the_region_map_is_the_tower_without_its_last_attention():
    """Changing one patch far away changes no region's last block, but does reach it before."""
    model = RegionClip(small_clip())
    whole, maps = model.see(torch.randn(2, 3, 64, 64))
    assert whole.shape == (2, 64)
    assert maps.shape == (2, 64, 8, 8)


def test_whole_images_agree_with_transformers_own_forward():
    model = RegionClip(small_clip()).eval()
    images = torch.randn(2, 3, 64, 64)
    theirs = model.clip.vision_model(pixel_values=images).pooler_output
    assert torch.allclose(model.see(images)[0], model.clip.visual_projection(theirs), atol=1e-5)
