"""What mends the faults that the report tells of, and which rule sees each. Imports no torch."""

from __future__ import annotations

from trainers.config import Fix

FIXES = (
    Fix(
        "units",
        "Boxes in one unit",
        "A loss of hundreds: predictions in shares of the frame against true boxes in pixels of the"
        " original image. They never meet, and the boxes get worse.",
        {"targets_in": "same_unit"},
        "box_units",
    ),
    Fix(
        "cache",
        "A cache key without the device",
        "The feature cache is never hit, also on images that were seen before: writer and reader"
        " spell the device in two ways.",
        {"cache_key": "content"},
        "cache_hits",
    ),
    Fix(
        "clip",
        "Unscale before clipping",
        "Under fp16 gradients are clipped while they are multiplied by the loss scale: almost"
        " nothing of them is left, which AdamW hides.",
        {"unscale_before_clip": True},
        "clip_before_unscale",
    ),
    Fix(
        "cache_size",
        "A cache that holds the data set",
        "Features are not kept for lack of room, and are computed anew in every pass.",
        {"cache": True, "cache_limit": 2048},
        "cache_hits",
    ),
    Fix(
        "learning_rate",
        "A learning rate that moves the weights",
        "Boxes do not move: updates are a hundred thousandth of the weights and less.",
        {"learning_rate": 1e-3},
        "weights_not_moving",
    ),
    Fix(
        "device",
        "Train and extract on the GPU",
        "Minutes a batch: a GPU is there, and the encoder computes on the CPU.",
        {"device": "auto"},
        "wrong_device",
    ),
)
