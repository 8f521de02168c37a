"""Local directories: CLIP as transformers saves it, FG-CLIP as its authors do; coverage is told."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from tests.trainers.given import curves, facts, short, trained
from tests.trainers.region_contrastive.given import written
from tests.trainers.test_weights import write_tokenizer
from trainers.errors import BadInput
from trainers.region_contrastive.directories import OPENAI
from trainers.region_contrastive.long_texts import KEPT
from trainers.region_contrastive.model import HALVES, small_clip
from trainers.region_contrastive.pixels import fitted
from trainers.region_contrastive.weights import prepare

LONG = 60  # positions for long captions
END = 6  # of the tokenizer of the tests


@pytest.fixture
def clip(tmp_path):
    torch.manual_seed(3)
    model = small_clip()
    with torch.no_grad():
        model.logit_scale.fill_(4.5)
    model.config.text_config.eos_token_id = END
    model.save_pretrained(tmp_path)
    write_tokenizer(tmp_path)
    return tmp_path


@pytest.fixture
def fgclip(clip):
    """The same with what FG-CLIP adds, named as FG-CLIP names it."""
    state = load_file(clip / "model.safetensors")
    positions = "text_model.embeddings.position_embedding"
    state |= {
        "logit_scale_finegraind": torch.tensor(4.25),
        "logit_scale_hardneg": torch.tensor(4.0),
        "text_filip_projection.weight": state["text_projection.weight"] * 2,
        f"{positions}_ori.weight": torch.randn(LONG, 64),
        f"{positions}_res.weight": torch.randn(LONG, 64),
    }
    short_table = state[f"{positions}.weight"]
    state[f"{positions}_ori.weight"][:KEPT] = short_table[:KEPT]
    save_file(state, clip / "model.safetensors")
    config = json.loads((clip / "config.json").read_text())
    config["architectures"] = ["FGCLIPModel"]
    (clip / "config.json").write_text(json.dumps(config))
    return clip


def changed(directory, change):
    state = load_file(directory / "model.safetensors")
    save_file(change(state), directory / "model.safetensors")
    return str(directory)


def test_an_fgclip_directory_covers_the_whole_model(fgclip):
    start = prepare(short(clip_model=str(fgclip), hard_weight=0.5))
    assert (start.coverage, start.missing, start.unused) == (1, (), ())
    assert start.logit_scale == 4.25
    assert float(start.model.hard_logit_scale.detach()) == 4.0
    assert float(start.model.clip.logit_scale.detach()) == 4.5
    assert start.model.long_texts is not None
    assert start.model.long_texts.length == LONG


def test_without_a_hard_negative_loss_its_scale_is_named_as_unused(fgclip):
    assert prepare(short(clip_model=str(fgclip))).unused == ("hard_logit_scale",)


def test_long_captions_take_their_own_positions_and_projection(fgclip):
    """Within the positions that are kept, only the projection, twice the short one, differs."""
    start = prepare(short(clip_model=str(fgclip)))
    start.model.eval()
    words = start.tokenize_long(["ab a b", "a"])
    brief = start.model.texts(words.ids, words.mask)
    long = start.model.long_captions(words.ids, words.mask)
    assert torch.allclose(2 * brief, long, atol=1e-4)
    assert start.model.long_texts is not None
    with torch.no_grad():
        start.model.long_texts.stretched.weight.zero_()
        many = start.tokenize_long(["a b " * 15])
        changed_far = start.model.long_captions(many.ids, many.mask)
    assert many.ids.shape[1] > KEPT
    assert not torch.allclose(changed_far, prepare(short(clip_model=str(fgclip))).model.eval()
                              .long_captions(many.ids, many.mask))  # fmt: skip


def test_texts_are_cut_where_each_way_of_reading_ends(fgclip):
    start = prepare(short(clip_model=str(fgclip)))
    text = ["a b " * 20]
    brief, long = start.tokenize(text), start.tokenize_long(text)
    assert (brief.ids.shape[1], brief.cut) == (24, 1)
    assert (long.ids.shape[1], long.cut) == (42, 0)
    assert brief.ids[0, -1] == END


def test_a_loader_that_skips_attention_weights_is_seen_as_coverage(clip):
    """The trap of q, k and v left random while the loader says that nothing is missing."""

    def skip(state):
        fused = {}
        for name in [n for n in state if ".q_proj." in n]:
            parts = [state.pop(name.replace("q_proj", f"{part}_proj")) for part in "qkv"]
            fused[name.replace("q_proj.", "in_proj_")] = torch.cat(parts)
        return state | fused

    directory = changed(clip, skip)
    with pytest.raises(BadInput, match=r"holds 7\d\.\d% of the weights .* missing: .*_proj"):
        prepare(short(clip_model=directory))
    start = prepare(short(clip_model=directory, least_coverage=0.5))
    assert 0.7 < start.coverage < 0.8
    assert all("_proj." in name for name in start.missing)
    assert any("in_proj_weight" in name for name in start.unused)


def test_the_same_trap_in_an_fgclip_directory(fgclip):
    directory = changed(fgclip, lambda s: {n: t for n, t in s.items() if ".q_proj." not in n})
    with pytest.raises(BadInput, match=r"missing: .*q_proj"):
        prepare(short(clip_model=directory))


@pytest.mark.parametrize("damage", [b"", b"no tensors"])
def test_damaged_weights_are_refused(fgclip, damage):
    (fgclip / "model.safetensors").write_bytes(damage)
    with pytest.raises(BadInput, match="clip_model"):
        prepare(short(clip_model=str(fgclip)))


def test_a_directory_without_safetensors_is_refused(fgclip):
    (fgclip / "model.safetensors").unlink()
    with pytest.raises(BadInput, match="save the model as safetensors"):
        prepare(short(clip_model=str(fgclip)))


def test_images_are_seen_by_the_mean_and_spread_of_the_directory(clip):
    assert prepare(short()).model.preprocessing == HALVES
    assert prepare(short(clip_model=str(clip))).model.preprocessing == OPENAI
    said = {"image_mean": [0.1, 0.2, 0.3], "image_std": [1, 2, 3]}
    (clip / "preprocessor_config.json").write_text(json.dumps(said))
    model = prepare(short(clip_model=str(clip))).model
    seen = fitted(torch.full((1, 3, 64, 64), 255, dtype=torch.uint8), model)[0, :, 0, 0]
    assert seen.tolist() == pytest.approx([0.9, 0.8 / 2, 0.7 / 3])


def test_a_directory_with_damaged_preprocessing_is_refused(clip):
    (clip / "preprocessor_config.json").write_text("{}")
    with pytest.raises(BadInput, match="tells no image_mean and image_std"):
        prepare(short(clip_model=str(clip)))


def test_it_trains_from_an_fgclip_directory_on_files(fgclip, tmp_path):
    train, test = written(tmp_path / "train"), written(tmp_path / "test", 8, "test")
    config = short(
        dataset="fgclip", annotations=str(train), held_out=str(test), clip_model=str(fgclip),
        captions="both", hard_weight=0.5, steps=2, train_scenes=8,
    )  # fmt: skip
    events = trained(tmp_path / "run", config)
    assert facts(events)["weights/coverage"] == 1
    assert curves(events)[(2, "train/loss")] > 0


def test_bytes_and_shares_of_one_are_seen_alike():
    model = prepare(short()).model
    image = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8)
    assert torch.allclose(fitted(image, model), fitted(image.float() / 255, model))
    assert isinstance(model.region_logit_scale, nn.Parameter)
