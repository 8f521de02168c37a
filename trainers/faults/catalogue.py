"""The kinds of faults, and by what a verdict has named one. Imports no torch.

A fault is a change of the configuration, or something done to the loop and its batches from
outside (injections.py): the trainers know nothing of it. Kinds of the split "dev" are those that
rules may be tuned on; "test" is for measuring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Split = Literal["dev", "test"]
Harm = Literal["score", "time", "declared"]

ONSET = 60  # the optimizer step from which a fault that comes later is there


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind.

    changes: of the configuration; injection: a function of injections.py, called with `options`
    onset: the optimizer step before which the run is healthy; 0: from the start
    harm: what an effective one spoils. score: the held-out score; time: that of a step; declared:
        a defect by what it is, such as another configuration's checkpoint, which no score shows
    named: (rule, words of its first cause in English) of the verdicts that name this fault; no
        words: the rule itself names it
    """

    name: str
    trainer: str
    says: str
    split: Split
    changes: Mapping[str, Any] = field(default_factory=dict)
    injection: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    onset: int = 0
    harm: Harm = "score"
    named: tuple[tuple[str, str], ...] = ()

    @property
    def by_configuration(self) -> bool:
        """A change of the configuration alone could mend it."""
        return not self.injection


REGION, SDM, BOX = "region_contrastive", "sdm_alignment", "box_refinement"

STUCK = (
    "score_not_rising",
    "loss_at_chance",
    "loss_not_converging",
    "region_loss_milestones",
    "above_chance",
)


def _stuck(words: str) -> tuple[tuple[str, str], ...]:
    return tuple((rule, words) for rule in STUCK)


RATE_LOW = (
    ("weights_not_moving", ""),
    *_stuck("hardly move"),
    *_stuck("learning rate that is too low"),
)
RATE_HIGH = tuple(
    (rule, "learning rate")
    for rule in (
        "diverging",
        "collapse",
        "norm_drift",
        "oscillation",
        "loss_spike",
        "non_finite_loss",
        *STUCK,
    )
)
PAIRS = (*_stuck("Pairs that do not belong together"), ("pairs_mismatched", "do not belong"))

REGION_FAULTS = (
    Fault(
        name="scale_low",
        trainer=REGION,
        says="The logit scale starts at CLIP's initial 2.6592, not at the checkpoint's",
        split="dev",
        changes={"logit_scale_source": "value", "logit_scale_value": 2.6592},
        named=(("logit_scale", ""),),
    ),
    Fault(
        name="scale_at_ceiling",
        trainer=REGION,
        says="The logit scale starts at its ceiling, ln 100",
        split="dev",
        changes={"logit_scale_source": "value", "logit_scale_value": 4.6052},
        named=(("logit_scale", ""), ("above_chance", "scale"), ("frozen_scale", "")),
    ),
    Fault(
        name="weights_in_bf16",
        trainer=REGION,
        says="The weights themselves are bfloat16, without a copy in 32 bits",
        split="dev",
        changes={"precision": "bf16_weights"},
        named=(("frozen_scale", "bfloat16"), ("frozen_scale", "dtype"), *_stuck("bfloat16")),
    ),
    Fault(
        name="bank_counted_in_forwards",
        trainer=REGION,
        says="The bank's warm-up of 400 counts forward passes, so it is not on in this run",
        split="dev",
        changes={"bank_warmup": 400, "bank_warmup_unit": "forwards"},
        named=(("memory_bank", ""),),
    ),
    Fault(
        name="bank_never_written",
        trainer=REGION,
        says="Nothing is ever put into the memory bank",
        split="dev",
        injection="bank_never_written",
        named=(("memory_bank", ""),),
    ),
    Fault(
        name="no_bank",
        trainer=REGION,
        says="No memory bank: four wrong answers a region",
        split="dev",
        changes={"bank_size": 0},
        named=(("few_negatives", ""),),
    ),
    Fault(
        name="invalid_boxes",
        trainer=REGION,
        says="Boxes without area, outside of the image or with swapped corners enter the loss",
        split="dev",
        changes={"filter_boxes": False},
        named=(("zero_norm_regions", ""), ("invalid_boxes", "")),
    ),
    Fault(
        name="pixel_boxes",
        trainer=REGION,
        says="Boxes in pixels where shares of the image are expected",
        split="dev",
        injection="region_boxes_in_pixels",
        named=(("zero_norm_regions", ""), ("invalid_boxes", "")),
    ),
    Fault(
        name="duplicate_captions",
        trainer=REGION,
        says="Regions that read alike count as each other's wrong answers",
        split="dev",
        changes={"mask_duplicates": False},
        named=(("duplicate_captions", ""),),
    ),
    Fault(
        name="region_pairs_shuffled",
        trainer=REGION,
        says="Regions and phrases of a batch do not belong together",
        split="dev",
        injection="region_pairs_shuffled",
        options={"share": 1.0},
        named=PAIRS,
    ),
    Fault(
        name="region_pairs_partly_shuffled",
        trainer=REGION,
        says="Three of ten regions have another's phrase",
        split="dev",
        injection="region_pairs_shuffled",
        options={"share": 0.3},
        named=PAIRS,
    ),
    Fault(
        name="zero_vector_divided",
        trainer=REGION,
        says="Invalid boxes, and a division by the norm without a floor",
        split="dev",
        changes={"filter_boxes": False, "norm_eps": 0.0},
        named=(("non_finite_loss", "norm"), ("zero_norm_regions", "")),
    ),
    Fault(
        name="region_rate_too_low",
        trainer=REGION,
        says="A learning rate ten thousand times too low",
        split="dev",
        changes={"learning_rate": 1e-8},
        named=RATE_LOW,
    ),
    Fault(
        name="region_rate_too_high",
        trainer=REGION,
        says="A learning rate a hundred times too high",
        split="dev",
        changes={"learning_rate": 1e-2},
        named=RATE_HIGH,
    ),
    Fault(
        name="broken_image",
        trainer=REGION,
        says="One image holds a NaN, from step 60 on",
        split="dev",
        injection="broken_image",
        onset=ONSET,
        named=(("non_finite_loss", ""),),
    ),
    Fault(
        name="common_direction",
        trainer=REGION,
        says="One large direction is added to all embeddings",
        split="dev",
        injection="common_direction",
        named=(("collapse", "common part"),),
    ),
    Fault(
        name="regions_of_one_image",
        trainer=REGION,
        says="An index that is broadcast: all regions are taken from the batch's first image",
        split="dev",
        injection="regions_of_one_image",
        named=PAIRS,
    ),
    Fault(
        name="region_loss_lost",
        trainer=REGION,
        says="An error of the region loss is swallowed and 0 returned, from step 60 on",
        split="dev",
        injection="loss_lost",
        options={"part": "region"},
        onset=ONSET,
        named=(("hidden_failure", ""),),
    ),
    Fault(
        name="region_weights_not_in_optimizer",
        trainer=REGION,
        says="The optimizer moves copies of the weights",
        split="dev",
        injection="weights_not_in_optimizer",
        named=(("weights_not_moving", ""),),
    ),
    Fault(
        name="endless_warmup",
        trainer=REGION,
        says="The learning rate warms up over 100,000 steps",
        split="dev",
        changes={"warmup_steps": 100_000},
        named=(*RATE_LOW, ("weights_not_moving", "warm")),
    ),
    Fault(
        name="few_scenes",
        trainer=REGION,
        says="Sixteen scenes to train on",
        split="dev",
        changes={"train_scenes": 16, "evaluate_every": 15},
        named=(("overfitting", ""),),
    ),
    Fault(
        name="captions_shuffled",
        trainer=REGION,
        says="Whole images stand beside the captions of others",
        split="test",
        injection="captions_shuffled",
        named=(*PAIRS, ("parts_together", "")),
    ),
    Fault(
        name="scale_frozen_low",
        trainer=REGION,
        says="A logit scale that stays at 0.7, or times 2: the softmax is flat",
        split="test",
        changes={
            "logit_scale_source": "value",
            "logit_scale_value": 0.7,
            "logit_scale_speed": 0.0,
        },
        named=(("logit_scale", ""), ("loss_floor", ""), ("logit_spread", "")),
    ),
    Fault(
        name="inverted_images",
        trainer=REGION,
        says="Images are inverted in training and not in evaluation",
        split="test",
        injection="inverted_images",
        named=(("overfitting", "another kind"), ("score_not_rising", "another kind")),
    ),
    Fault(
        name="same_batch",
        trainer=REGION,
        says="A sampler that gives the first batch again and again",
        split="test",
        injection="same_batch",
        named=(("overfitting", "learnt by heart"),),
    ),
    Fault(
        name="bank_of_noise",
        trainer=REGION,
        says="The memory bank is overwritten by noise",
        split="test",
        injection="bank_of_noise",
        named=(("memory_bank", ""),),
    ),
    Fault(
        name="boxes_of_another_size",
        trainer=REGION,
        says="Boxes as shares of an image twice as large",
        split="test",
        injection="boxes_of_another_size",
        named=(*PAIRS, ("invalid_boxes", "")),
    ),
)

SDM_FAULTS = (
    Fault(
        name="missing_as_real",
        trainer=SDM,
        says="Null vectors stand for missing modalities and are aligned as real",
        split="dev",
        changes={"mask_missing": False},
        named=(("missing_modality", ""), ("collapse", "null vector")),
    ),
    Fault(
        name="targets_not_normalised",
        trainer=SDM,
        says="Rows of the target sum to the number of positives",
        split="dev",
        changes={"target_rows": "raw"},
        named=(("target_rows", ""), ("loss_below_bound", "sum")),
    ),
    Fault(
        name="targets_along_columns",
        trainer=SDM,
        says="A forgotten keepdim: targets are divided along the wrong axis",
        split="dev",
        changes={"target_rows": "columns", "objective": "reverse_kl"},
        named=(("target_rows", ""), ("loss_below_bound", "sum")),
    ),
    Fault(
        name="reverse_kl",
        trainer=SDM,
        says="The other direction of KL, as it was published",
        split="dev",
        changes={"objective": "reverse_kl"},
    ),
    Fault(
        name="loss_in_half",
        trainer=SDM,
        says="The loss in 16 bits, where its epsilon is zero",
        split="dev",
        changes={
            "objective": "reverse_kl",
            "loss_precision": "fp16",
            "eps": 1e-8,
            "temperature_start": 0.02,
            "temperature_end": 0.02,
        },
        named=(("non_finite_loss", ""),),
    ),
    Fault(
        name="too_hot",
        trainer=SDM,
        says="A temperature of 2: the softmax cannot become sharp",
        split="dev",
        changes={"temperature_start": 2.0, "temperature_end": 2.0},
        named=(("loss_floor", ""),),
    ),
    Fault(
        name="too_cold",
        trainer=SDM,
        says="A temperature of 0.005: sure of answers that are wrong",
        split="dev",
        changes={"temperature_start": 0.005, "temperature_end": 0.005},
        named=(("above_chance", "temperature"), ("initial_loss", "temperature that is too low")),
    ),
    Fault(
        name="norms_pulled",
        trainer=SDM,
        says="Norms are pulled to 0.4 of what the neck gives",
        split="dev",
        changes={"norm_target": 0.4, "norm_band": 0.1, "norm_penalty": 0.005},
        named=(("norm_drift", ""),),
    ),
    Fault(
        name="sdm_pairs_shuffled",
        trainer=SDM,
        says="Pictures and texts of other people stand beside the RGB ones",
        split="dev",
        injection="sdm_pairs_shuffled",
        named=PAIRS,
    ),
    Fault(
        name="dead_modality",
        trainer=SDM,
        says="A sensor sends black pictures",
        split="dev",
        injection="dead_modality",
        options={"modality": "infrared"},
        named=(("collapse", "are alike"),),
    ),
    Fault(
        name="sign_flipped",
        trainer=SDM,
        says="The SDM loss is subtracted, not added",
        split="dev",
        injection="sign_flipped",
        options={"part": "sdm"},
        named=(("loss_below_bound", "sign"),),
    ),
    Fault(
        name="sdm_rate_too_low",
        trainer=SDM,
        says="A learning rate ten thousand times too low",
        split="dev",
        changes={"learning_rate": 1e-7},
        named=RATE_LOW,
    ),
    Fault(
        name="sdm_rate_too_high",
        trainer=SDM,
        says="A learning rate a hundred times too high",
        split="dev",
        changes={"learning_rate": 0.1},
        named=RATE_HIGH,
    ),
    Fault(
        name="sdm_gradients_kept",
        trainer=SDM,
        says="Gradients are never set to zero: each step adds to those before",
        split="dev",
        injection="gradients_kept",
        named=RATE_HIGH,
    ),
    Fault(
        name="half_as_fast",
        trainer=SDM,
        says="Each step takes twice as long from step 60 on",
        split="dev",
        injection="slower",
        options={"times": 2.0},
        onset=ONSET,
        harm="time",
        named=(("slowdown", ""),),
    ),
    Fault(
        name="resumed_from_another",
        trainer=SDM,
        says="It goes on from a checkpoint that was made with other settings",
        split="dev",
        changes={"resume_other": "accept"},
        injection="nothing",
        options={"first": {"learning_rate": 1e-5, "temperature_start": 0.5}},
        harm="declared",
        named=(("other_checkpoint", ""),),
    ),
    Fault(
        name="sdm_bad_batches",
        trainer=SDM,
        says="Every thirtieth batch is noise, from step 60 on",
        split="dev",
        injection="sdm_bad_batches",
        onset=ONSET,
        named=(("loss_spike", ""),),
    ),
    Fault(
        name="identities_shuffled",
        trainer=SDM,
        says="Identities are drawn anew for every batch",
        split="test",
        injection="identities_shuffled",
        named=PAIRS,
    ),
    Fault(
        name="norms_crushed",
        trainer=SDM,
        says="A norm penalty a thousand times too heavy, with a target of a tenth",
        split="test",
        changes={"norm_target": 0.1, "norm_penalty": 10.0},
        named=(("norm_drift", ""),),
    ),
    Fault(
        name="sdm_endless_warmup",
        trainer=SDM,
        says="The learning rate warms up over 100,000 steps",
        split="test",
        changes={"warmup_steps": 100_000},
        named=(("weights_not_moving", "warm-up"), *_stuck("warm-up")),
    ),
    Fault(
        name="one_text_for_all",
        trainer=SDM,
        says="All captions of a batch are the first one",
        split="test",
        injection="one_text_for_all",
        named=(("collapse", "alike"), ("duplicate_captions", "")),
    ),
    Fault(
        name="anchor_of_noise",
        trainer=SDM,
        says="RGB pictures are noise",
        split="test",
        injection="anchor_of_noise",
        named=PAIRS,
    ),
    Fault(
        name="slow_from_sixty",
        trainer=SDM,
        says="Each step takes three times as long from step 60 on",
        split="test",
        injection="slower",
        options={"times": 3.0},
        onset=ONSET,
        harm="time",
        named=(("slowdown", ""),),
    ),
)

BOX_FAULTS = (
    Fault(
        name="targets_in_pixels",
        trainer=BOX,
        says="True boxes in original pixels, predictions in shares of the frame",
        split="dev",
        changes={"targets_in": "original_pixels"},
        named=(("box_units", ""),),
    ),
    Fault(
        name="targets_as_centres",
        trainer=BOX,
        says="True boxes as centre and size, predictions as corners",
        split="dev",
        injection="boxes_as_centres",
        named=(("box_units", ""),),
    ),
    Fault(
        name="one_prediction_lost",
        trainer=BOX,
        says="One prediction is missing: all after it are paired with the next one's truth",
        split="dev",
        injection="boxes_shifted",
        named=(
            ("pair_counts", ""),
            ("box_units", "nothing to do with each other"),
            *_stuck("do not belong"),
        ),
    ),
    Fault(
        name="device_in_cache_key",
        trainer=BOX,
        says="The device's name in the cache key, spelled in two ways",
        split="dev",
        changes={"cache_key": "content_and_device"},
        harm="time",
        named=(("cache_hits", ""),),
    ),
    Fault(
        name="cache_too_small",
        trainer=BOX,
        says="A cache of 1 MiB for 7.5 MiB of features",
        split="dev",
        changes={"cache_limit": 1},
        harm="time",
        named=(("cache_hits", ""),),
    ),
    Fault(
        name="clipped_while_scaled",
        trainer=BOX,
        says="fp16 gradients are clipped before they are unscaled",
        split="dev",
        changes={"precision": "fp16", "unscale_before_clip": False},
        named=(("clip_before_unscale", ""),),
    ),
    Fault(
        name="box_rate_too_low",
        trainer=BOX,
        says="A learning rate ten thousand times too low",
        split="dev",
        changes={"learning_rate": 1e-7},
        named=RATE_LOW,
    ),
    Fault(
        name="box_rate_too_high",
        trainer=BOX,
        says="A learning rate a hundred times too high",
        split="dev",
        changes={"learning_rate": 0.1},
        named=RATE_HIGH,
    ),
    Fault(
        name="box_loss_lost",
        trainer=BOX,
        says="NaN of the GIoU loss is turned to 0, from step 60 on",
        split="dev",
        injection="loss_lost",
        options={"part": "giou"},
        onset=ONSET,
        named=(("hidden_failure", ""),),
    ),
    Fault(
        name="box_weights_not_in_optimizer",
        trainer=BOX,
        says="The optimizer moves copies of the weights",
        split="dev",
        changes={"precision": "fp32"},  # fp16 would refuse to step without gradients
        injection="weights_not_in_optimizer",
        named=(("weights_not_moving", ""),),
    ),
    Fault(
        name="a_fifth_slower",
        trainer=BOX,
        says="Each step takes a fifth longer from step 60 on",
        split="dev",
        injection="slower",
        options={"times": 1.2},
        onset=ONSET,
        harm="time",
        named=(("slowdown", ""),),
    ),
    Fault(
        name="slow_reading",
        trainer=BOX,
        says="Half of each step is spent waiting for data",
        split="dev",
        injection="slow_reading",
        harm="time",
        named=(("data_wait", ""),),
    ),
    Fault(
        name="box_bad_batches",
        trainer=BOX,
        says="Every thirtieth batch has true boxes of other images, from step 60 on",
        split="dev",
        injection="box_bad_batches",
        onset=ONSET,
        named=(("loss_spike", ""),),
    ),
    Fault(
        name="box_gradients_kept",
        trainer=BOX,
        says="Gradients are never set to zero: each step adds to those before",
        split="dev",
        injection="gradients_kept",
        named=RATE_HIGH,
    ),
    Fault(
        name="few_images",
        trainer=BOX,
        says="Eight images to train on",
        split="dev",
        changes={"train_images": 8, "evaluate_every": 15},
        named=(("overfitting", ""),),
    ),
    Fault(
        name="targets_as_sizes",
        trainer=BOX,
        says="True boxes as corner and size, predictions as corners",
        split="test",
        injection="boxes_as_sizes",
        named=(("box_units", ""),),
    ),
    Fault(
        name="features_of_other_images",
        trainer=BOX,
        says="Boxes are refined on the features of the next image",
        split="test",
        injection="features_of_other_images",
        named=(*PAIRS, ("box_units", "nothing to do with each other")),
    ),
    Fault(
        name="l1_lost",
        trainer=BOX,
        says="An error of the L1 loss is swallowed and 0 returned, from step 60 on",
        split="test",
        injection="loss_lost",
        options={"part": "l1"},
        onset=ONSET,
        named=(("hidden_failure", ""),),
    ),
    Fault(
        name="weights_reset",
        trainer=BOX,
        says="The first weights are loaded once more every thirty steps, from step 60 on",
        split="test",
        injection="weights_reset",
        onset=ONSET,
        named=(("loss_spike", ""), ("oscillation", "")),
    ),
    Fault(
        name="last_layer_frozen",
        trainer=BOX,
        says="The last layer, which starts at zero, is left out of the training",
        split="test",
        injection="last_layer_frozen",
        named=(("weights_not_moving", ""),),
    ),
    Fault(
        name="box_same_batch",
        trainer=BOX,
        says="A sampler that gives the first batch again and again",
        split="test",
        injection="same_batch",
        named=(("overfitting", "learnt by heart"),),
    ),
)

FAULTS: dict[str, Fault] = {f.name: f for f in (*REGION_FAULTS, *SDM_FAULTS, *BOX_FAULTS)}
