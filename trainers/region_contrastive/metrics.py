"""Every curve that this trainer draws: what it is, and which way is better. Imports no torch.

With several processes the numbers of regions, boxes and logits are those of the first process.
"""

from __future__ import annotations

from trainers.config import Metric
from trainers.loop.metrics import LOOP_METRICS
from trainers.region_contrastive.metrics_boxes import BOX_METRICS

EVALUATION = (
    Metric(
        "eval/region_recall_at_1",
        "Region recall@1, held out",
        "higher",
        lower_bound=0.0,
        meaning="Share of held-out regions whose nearest phrase is their own.",
    ),
    Metric(
        "eval/region_recall_at_5",
        "Region recall@5, held out",
        "higher",
        lower_bound=0.0,
        meaning="Share of held-out regions that have their own phrase among the nearest five.",
    ),
    Metric(
        "eval/region_loss",
        "Region loss, held out, fixed scale and candidates",
        "lower",
        "nat",
        0.0,
        "Cross entropy over all held-out phrases at temperature 0.02: comparable between runs.",
    ),
    Metric(
        "eval/region_calibrated_loss",
        "Region loss, held out, at its best scale",
        "lower",
        "nat",
        0.0,
        "The same at whichever of 25 fixed scales suits the embeddings best: temperature no longer"
        " counts, only the order and the distances.",
    ),
    Metric(
        "eval/hard_negative_accuracy",
        "Own phrase before its hard negatives, held out",
        "higher",
        lower_bound=0.0,
        meaning=(
            "Share of held-out regions that are nearer to their own phrase than to each of up to"
            " ten phrases which differ from it in a detail; chance is 1 in 11."
        ),
    ),
    Metric(
        "eval/region_digit_accuracy",
        "Digit right, held out",
        "higher",
        lower_bound=0.0,
        meaning="Digit scenes: share of regions whose nearest phrase names the right digit.",
    ),
    Metric(
        "eval/region_colour_accuracy",
        "Colour right, held out",
        "higher",
        lower_bound=0.0,
        meaning="Digit scenes: share of regions whose nearest phrase names the right colour.",
    ),
)

LOSSES = (
    Metric(
        "train/loss",
        "Training loss",
        "lower",
        "nat",
        0.0,
        "The weighted sum of all losses, mean over the step's forward passes.",
    ),
    Metric(
        "train/loss/region",
        "Region loss",
        "lower",
        "nat",
        0.0,
        "Regions against phrases and phrases against regions, in the batch and the bank; it rises"
        " with the number of candidates.",
    ),
    Metric(
        "train/loss/global",
        "Global loss",
        "lower",
        "nat",
        0.0,
        "Whole images against whole captions, both ways.",
    ),
    Metric(
        "train/loss/hard",
        "Hard-negative loss",
        "lower",
        "nat",
        0.0,
        "Each region against its own phrase and its hard negatives; logged where it is on.",
    ),
    Metric(
        "hard/loss",
        "Hard-negative loss, by region",
        "lower",
        "nat",
        0.0,
        "The same, mean over those regions of the first process that have hard negatives.",
    ),
    Metric(
        "hard/accuracy",
        "Own phrase before its hard negatives, in training",
        "higher",
        lower_bound=0.0,
        meaning="Share of the step's regions that are nearer to their own phrase than to each.",
    ),
    Metric(
        "hard/logit_scale",
        "Logit scale of the hard negatives (logarithm)",
        meaning="Logarithm of what the cosines of the hard-negative loss are multiplied by.",
    ),
)

CONTRAST = (
    Metric(
        "region/loss_over_chance",
        "Region loss as a share of chance, ln N",
        "lower",
        lower_bound=0.0,
        meaning="1 is guessing among N candidates; above 1 is being sure of what is wrong.",
    ),
    Metric(
        "region/candidates",
        "Candidates N, the right one included",
        lower_bound=0.0,
        meaning="Phrases that a region chooses from: those of the batch and of the memory bank.",
    ),
    Metric(
        "region/duplicates",
        "Candidates that read like the right one",
        "none",
        "candidates",
        lower_bound=0.0,
        meaning=(
            "For each region, how many other candidates bear the same phrase, masked or not: where"
            " they are not masked, they count as wrong answers."
        ),
    ),
    Metric(
        "region/duplicates_masked",
        "Candidates masked out of the negatives",
        "none",
        "candidates",
        lower_bound=0.0,
        meaning=(
            "For each region, how many candidates the loss really left out: as many as read like"
            " the right one where the mask works, 0 where there is none."
        ),
    ),
    Metric(
        "region/effective_negatives",
        "Effective negatives",
        lower_bound=1.0,
        meaning=(
            "1 over the sum of squared weights of the wrong candidates in the softmax: how many of"
            " them the gradient really comes from."
        ),
    ),
    Metric(
        "region/accuracy",
        "Right candidate ranked first, in training",
        "higher",
        lower_bound=0.0,
        meaning="Share of the step's regions that are nearest to their own phrase.",
    ),
    Metric(
        "region/max_probability",
        "Mean of the highest probability",
        lower_bound=0.0,
        meaning="How sure the softmax is of its first choice: 1 over N is flat, 1 is saturated.",
    ),
    Metric(
        "region/logit_scale",
        "Logit scale (logarithm)",
        meaning="Logarithm of what cosines are multiplied by; its exponential is 1 / temperature.",
    ),
    Metric(
        "region/logit_scale_grad",
        "Gradient of the logit scale",
        meaning="0 for ever where the scale is held still; otherwise it should move the scale.",
    ),
    Metric(
        "region/clamped_scale",
        "Logit scale held at ln 100",
        lower_bound=0.0,
        meaning="1 where this step's update would have taken a logit scale beyond ln 100.",
    ),
    Metric(
        "region/logit_absmax",
        "Largest logit, absolute",
        lower_bound=0.0,
        meaning="The scale times the largest cosine, of right and wrong pairs.",
    ),
    Metric(
        "region/positive_cosine",
        "Cosine of the right pairs",
        "higher",
        lower_bound=-1.0,
        meaning="Mean cosine of a region and its own phrase.",
    ),
    Metric(
        "region/negative_cosine_mean",
        "Cosine of the wrong pairs, mean",
        lower_bound=-1.0,
        meaning="Mean cosine of a region and the phrases of others.",
    ),
    Metric(
        "region/negative_cosine_std",
        "Cosine of the wrong pairs, standard deviation",
        lower_bound=0.0,
        meaning="Near 0 where the embeddings carry no signal yet, or have collapsed.",
    ),
)

EMBEDDINGS = (
    Metric(
        "region/norm_median",
        "Length of region embeddings, median",
        lower_bound=0.0,
        meaning="Before they are brought to length 1.",
    ),
    Metric(
        "region/effective_rank",
        "Directions that region embeddings use",
        "higher",
        lower_bound=1.0,
        meaning=(
            "Exponential of the entropy of the singular values of a step's regions: near 1 where"
            " all of them point the same way."
        ),
    ),
    Metric(
        "text/effective_rank",
        "Directions that phrase embeddings use",
        "higher",
        lower_bound=1.0,
        meaning="The same of the phrases that belong to those regions.",
    ),
    Metric(
        "region/effective_rank_limit",
        "Most directions that could be used",
        lower_bound=1.0,
        meaning="The smaller of the embedding's width and the number of rows less one.",
    ),
    Metric(
        "bank/fill",
        "Rows in the memory bank",
        unit="rows",
        lower_bound=0.0,
        meaning="0 until its warm-up is over, then growing to its size.",
    ),
    Metric(
        "bank/forwards",
        "Forward passes so far",
        unit="forwards",
        lower_bound=0.0,
        meaning="Of one process: an optimizer step has as many as the accumulation says.",
    ),
)

METRICS = (*EVALUATION, *LOSSES, *CONTRAST, *EMBEDDINGS, *BOX_METRICS, *LOOP_METRICS)
