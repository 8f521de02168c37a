"""What mends the faults that the reports tell of, and which rule sees each. Imports no torch.

A fix of the name of a fault's preset turns it into the preset `after`.
"""

from __future__ import annotations

from trainers.config import Fix

FIXES = (
    Fix(
        "fault_precision",
        "Keep 32-bit weights",
        "The logit scale prints 2.656250 from the first step to the last although its gradient is"
        " not zero: in 16 bits its updates are smaller than the distance to the next number.",
        {"precision": "fp32"},
        "frozen_scale",
    ),
    Fix(
        "fault_scale",
        "Take the logit scale from the checkpoint",
        "The loss starts from CLIP's initial scale, 2.6592 or times 14.3, although the weights were"
        " trained with another: logits of -1 to 1 where their own scale would give -10 to 10.",
        {"logit_scale_source": "checkpoint"},
        "logit_scale",
    ),
    Fix(
        "fault_bank",
        "Start the memory bank early, in optimizer steps",
        "The memory bank stays empty (ptr=0) at step 12: its warm-up of 400 counts forward passes,"
        " of which a step has eight, so it is not due before step 50.",
        {"bank_warmup": 6, "bank_warmup_unit": "steps"},
        "memory_bank",
    ),
    Fix(
        "fault_boxes",
        "Leave out invalid boxes",
        "Image embeddings of norm 0 in a quarter of the forward passes: RoI align sees nothing"
        " under a box without area, outside the image or in pixels.",
        {"filter_boxes": True},
        "zero_norm_regions",
    ),
    Fix(
        "fault_duplicates",
        "Mask duplicate captions",
        "Regions that read the same count as each other's wrong answers: the loss cannot fall below"
        " a floor, and right neighbours are pushed apart.",
        {"mask_duplicates": True},
        "duplicate_captions",
    ),
    Fix(
        "no_bank",
        "Give the loss more negatives",
        "Each region has only the few others of its forward pass as wrong answers: the loss is"
        " small because the question is easy, and recall is lower.",
        {"bank_size": 128},
        "few_negatives",
    ),
    Fix(
        "reported_fix",
        "Take back the scale ln 100",
        "After the reported fix the loss stands far above chance for the first steps: at times 100"
        " the model is sure of answers that are still wrong.",
        {
            "logit_scale_source": "checkpoint",
            "bank_warmup": 6,
            "bank_warmup_unit": "steps",
            "mask_duplicates": True,
        },
        "above_chance",
    ),
    Fix(
        "before_nan",
        "Give the norm a floor",
        "The loss is NaN from the first step: a zero vector is divided by its length.",
        {"filter_boxes": True, "norm_eps": 1e-12},
        "non_finite_loss",
    ),
    Fix(
        "all_boxes_invalid",
        "Write boxes as shares of the image",
        "Most boxes are invalid by one and the same reason: the file holds pixels or x, y, width,"
        " height. Convert it; leaving the boxes out only hides it.",
        {"filter_boxes": True, "skip_bad_records": False},
        "invalid_boxes",
    ),
    Fix(
        "judge_by_chance",
        "Judge the loss by chance, and give it time",
        "The region loss is about 1.4 at step 12 and called not converging: it is ln 4, chance"
        " among four regions, while the learning rate still warms up.",
        {"steps": 100, "warmup_steps": 5, "learning_rate": 1e-4},
        "loss_at_chance",
    ),
)
