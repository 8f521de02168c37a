"""A directory of FG-CLIP's weights, whose own code transformers 5 cannot load.

FG-CLIP is a CLIP with two more logit scales and a second way of reading long captions; its tensors
are given the names that they have here.
"""

from __future__ import annotations

import trainers._compat  # noqa: F401

# isort: split
import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPConfig, CLIPModel

from trainers.errors import BadInput
from trainers.region_contrastive.long_texts import LongTexts
from trainers.region_contrastive.model import RegionClip

KEPT = "text_model.embeddings.position_embedding_ori.weight"
RENAMED = {
    "logit_scale_finegraind": "region_logit_scale",  # spelt like this in FG-CLIP
    "logit_scale_hardneg": "hard_logit_scale",
    KEPT: "long_texts.kept.weight",
    "text_model.embeddings.position_embedding_res.weight": "long_texts.stretched.weight",
    "text_filip_projection.weight": "long_texts.projection.weight",
}


def is_fgclip(directory: Path) -> bool:
    """BadInput: a config.json that is no JSON."""
    try:
        config = json.loads((directory / "config.json").read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"clip_model: {directory}/config.json cannot be read ({error})") from error
    listed = config.get("architectures") if isinstance(config, dict) else None
    return isinstance(listed, list) and "FGCLIPModel" in listed


def load(directory: Path, end: int) -> tuple[RegionClip, dict[str, Tensor]]:
    """The model, not yet with its weights, and these by the names that they have in it.

    end: the token that ends a text; FG-CLIP's own code overrides its configuration with it.
    """
    state = {RENAMED.get(n, f"clip.{n}"): tensor for n, tensor in _tensors(directory).items()}
    config = CLIPConfig.from_pretrained(directory, local_files_only=True)
    config.text_config.eos_token_id = end
    return RegionClip(CLIPModel(config), _long_texts(config, state)), state


def _long_texts(config: CLIPConfig, state: Mapping[str, Tensor]) -> LongTexts | None:
    kept = state.get(RENAMED[KEPT])
    if kept is None:
        return None
    return LongTexts(len(kept), int(config.text_config.hidden_size), int(config.projection_dim))


def _tensors(directory: Path) -> dict[str, Tensor]:
    files = sorted(directory.glob("*.safetensors"))
    if not files:
        raise BadInput(
            f"clip_model: {directory} holds no .safetensors file; save the model as safetensors"
        )
    found: dict[str, Tensor] = {}
    for file in files:
        try:
            found |= load_file(file)
        except (SafetensorError, OSError, ValueError) as error:
            raise BadInput(f"clip_model: {file} is damaged ({error}); copy it again") from error
    return {name: tensor for name, tensor in found.items() if not name.endswith("position_ids")}
