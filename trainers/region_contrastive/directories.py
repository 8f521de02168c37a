"""A local directory with a CLIP, as transformers saves it, or with an FG-CLIP."""

from __future__ import annotations

import trainers._compat  # noqa: F401

# isort: split
import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import Tensor
from transformers import AutoTokenizer, CLIPModel

from trainers.errors import BadInput
from trainers.region_contrastive import fgclip_weights
from trainers.region_contrastive.model import RegionClip, Three

OPENAI: tuple[Three, Three] = (  # what CLIP was trained with; for a directory that does not say
    (0.48145466, 0.4578275, 0.40821073),
    (0.26862954, 0.26130258, 0.27577711),
)


def load(directory: Path) -> tuple[RegionClip, dict[str, Tensor], Any]:
    """The model, the weights that it is to get by name, and the tokenizer.

    BadInput: no directory of a CLIP, or a damaged one.
    """
    if not (directory / "config.json").is_file():
        raise BadInput(
            f"clip_model: {directory} holds no config.json; name a directory of a saved CLIP"
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
        model, state = _model(directory, tokenizer)
    except (OSError, ValueError, SafetensorError, RuntimeError) as error:
        raise BadInput(f"clip_model: {directory} cannot be loaded ({error})") from error
    model.preprocessing = _preprocessing(directory)
    return model, state, tokenizer


def _model(directory: Path, tokenizer: Any) -> tuple[RegionClip, dict[str, Tensor]]:
    if fgclip_weights.is_fgclip(directory):
        return fgclip_weights.load(directory, int(tokenizer.eos_token_id))
    clip, info = CLIPModel.from_pretrained(
        directory, local_files_only=True, output_loading_info=True
    )
    absent = set(info["missing_keys"]) | {key for key, *_ in info.get("mismatched_keys", ())}
    state = {f"clip.{n}": tensor for n, tensor in clip.state_dict().items() if n not in absent}
    unused = {f"clip.{name}": clip.logit_scale.new_zeros(0) for name in info["unexpected_keys"]}
    return RegionClip(clip), {**unused, **state}


def _preprocessing(directory: Path) -> tuple[Three, Three]:
    """Mean and spread of the images that the model was trained on."""
    file = directory / "preprocessor_config.json"
    if not file.is_file():
        return OPENAI
    try:
        said = json.loads(file.read_bytes())
        mean, spread = (_three(said[key]) for key in ("image_mean", "image_std"))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"clip_model: {file} tells no image_mean and image_std ({error})") from error
    return mean, spread


def _three(values: Any) -> Three:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
