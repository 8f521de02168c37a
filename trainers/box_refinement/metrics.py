"""Every curve that this trainer draws: what it is, and which way is better. Imports no torch."""

from __future__ import annotations

from trainers.config import Metric

SCALER_METRICS = (  # there only under fp16
    Metric("train/grad_norm_before_clip", "Gradient norm as clipping saw it"),
    Metric("amp/scale", "Loss scale"),
    Metric("amp/skipped", "Step left out, gradients overflowed", "lower"),
)
METRICS = (
    Metric("eval/iou", "IoU of refined boxes, held out", "higher"),
    Metric("eval/recall_at_75", "Boxes of IoU 0.75 and more, held out", "higher"),
    Metric("train/loss", "Training loss", "lower"),
    Metric("train/loss/l1", "L1 loss, in the declared unit", "lower"),
    Metric("train/loss/giou", "GIoU loss", "lower"),
    Metric("box/l1_over_size", "L1 as a share of the frame's side", "lower"),
    Metric("box/iou", "IoU of refined boxes, in training", "higher"),
    Metric("train/lr", "Learning rate"),
    Metric("train/grad_norm", "Gradient norm before clipping"),
    *SCALER_METRICS,
    Metric("train/update_ratio", "Update relative to the weights"),
    Metric("cache/requests", "Features asked for", unit="images"),
    Metric("cache/hits", "Features found in the cache", "higher", "images"),
    Metric("cache/hit_rate", "Share found in the cache", "higher"),
    Metric("cache/seen_before", "Asked for earlier in this run", unit="images"),
    Metric("cache/hits_seen_before", "Asked for earlier and found", "higher", "images"),
    Metric("cache/bytes", "Size of the feature cache", unit="B"),
    Metric("cache/corrupt", "Damaged cache entries so far", "lower"),
    Metric("time/step", "Time of a step", "lower", "s"),
    Metric("time/data", "of that, waiting for data", "lower", "s"),
    Metric("time/features", "of that, getting features", "lower", "s"),
)
