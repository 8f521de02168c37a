"""Every curve that this trainer draws: what it is, and which way is better. Imports no torch."""

from __future__ import annotations

from trainers.config import Metric
from trainers.loop_metrics import LOOP_METRICS

METRICS = (
    Metric("eval/region_recall_at_1", "Region recall@1, held out", "higher"),
    Metric("eval/region_recall_at_5", "Region recall@5, held out", "higher"),
    Metric("eval/region_loss", "Region loss, held out, fixed scale and candidates", "lower", "nat"),
    Metric("eval/region_digit_accuracy", "Digit right, held out", "higher"),
    Metric("eval/region_colour_accuracy", "Colour right, held out", "higher"),
    Metric("train/loss", "Training loss", "lower", "nat"),
    Metric("train/loss/region", "Region loss", "lower", "nat"),
    Metric("train/loss/global", "Global loss", "lower", "nat"),
    Metric("region/loss_over_chance", "Region loss as a share of chance, ln N", "lower"),
    Metric("region/candidates", "Candidates N, the right one included"),
    Metric("region/accuracy", "Right candidate ranked first, in training", "higher"),
    Metric("region/max_probability", "Mean of the highest probability"),
    Metric("region/logit_scale", "Logit scale (logarithm)"),
    Metric("region/logit_scale_grad", "Gradient of the logit scale"),
    Metric("region/logit_absmax", "Largest logit, absolute"),
    Metric("region/positive_cosine", "Cosine of the right pairs", "higher"),
    Metric("region/negative_cosine_mean", "Cosine of the wrong pairs, mean"),
    Metric("region/negative_cosine_std", "Cosine of the wrong pairs, standard deviation"),
    Metric("region/rows", "Region embeddings in the loss", unit="rows"),
    Metric("region/zero_rows", "Zero vectors in the loss", "lower", "rows"),
    Metric("region/zero_batches", "Forward passes with a zero vector", "lower", "forwards"),
    Metric("region/boxes", "Boxes of the batches", unit="boxes"),
    Metric("region/boxes_invalid", "Invalid boxes", "lower", "boxes"),
    Metric("region/boxes_invalid/outside", "Invalid: outside the image", "lower", "boxes"),
    Metric("region/boxes_invalid/not_positive", "Invalid: no area or swapped", "lower", "boxes"),
    Metric("region/boxes_invalid/not_finite", "Invalid: not finite", "lower", "boxes"),
    Metric("region/boxes_invalid/pixel_units", "Invalid: in pixels", "lower", "boxes"),
    Metric("region/boxes_invalid/padding", "Invalid: padding", "lower", "boxes"),
    Metric("region/boxes_filtered", "Boxes left out", unit="boxes"),
    Metric("bank/fill", "Rows in the memory bank", unit="rows"),
    Metric("bank/forwards", "Forward passes so far", unit="forwards"),
    *LOOP_METRICS,
)
