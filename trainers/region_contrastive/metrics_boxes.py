"""The curves of rows, boxes and records: what came in, and what was left out. Imports no torch."""

from __future__ import annotations

from trainers.config import Metric

BOX_METRICS = (
    Metric(
        "data/input_min",
        "Least pixel that the model saw",
        meaning="Of all images of the step, after they were scaled and normalised.",
    ),
    Metric(
        "data/input_max",
        "Greatest pixel that the model saw",
        meaning="Of all images of the step, after they were scaled and normalised.",
    ),
    Metric(
        "region/rows",
        "Region embeddings in the loss",
        unit="rows",
        lower_bound=0.0,
        meaning="Of all forward passes of the step.",
    ),
    Metric(
        "region/zero_rows",
        "Zero vectors in the loss",
        "lower",
        "rows",
        0.0,
        "Embeddings shorter than a millionth: RoI align saw nothing under their box.",
    ),
    Metric(
        "region/zero_batches",
        "Forward passes with a zero vector",
        "lower",
        "forwards",
        0.0,
        "Of all forward passes of the step, those with at least one.",
    ),
    Metric(
        "region/boxes",
        "Boxes of the batches",
        unit="boxes",
        lower_bound=0.0,
        meaning="All boxes of the step's images, whether they enter the loss or not.",
    ),
    Metric(
        "region/boxes_invalid",
        "Invalid boxes",
        "lower",
        "boxes",
        0.0,
        "Of those, boxes under which RoI align sees nothing.",
    ),
    Metric(
        "region/boxes_invalid/outside",
        "Invalid: outside the image",
        "lower",
        "boxes",
        0.0,
        "Boxes that lie wholly beyond an edge.",
    ),
    Metric(
        "region/boxes_invalid/not_positive",
        "Invalid: no area or swapped",
        "lower",
        "boxes",
        0.0,
        "Boxes of no area or with swapped corners, or x, y, width, height read as corners.",
    ),
    Metric(
        "region/boxes_invalid/not_finite",
        "Invalid: not finite",
        "lower",
        "boxes",
        0.0,
        "Boxes with NaN or infinity in them.",
    ),
    Metric(
        "region/boxes_invalid/pixel_units",
        "Invalid: in pixels",
        "lower",
        "boxes",
        0.0,
        "Boxes with a number beyond 1.5 where shares of the image are expected.",
    ),
    Metric(
        "region/boxes_invalid/padding",
        "Invalid: padding",
        "lower",
        "boxes",
        0.0,
        "Boxes of nothing but zeros.",
    ),
    Metric(
        "region/boxes_filtered",
        "Boxes left out",
        unit="boxes",
        lower_bound=0.0,
        meaning="Invalid boxes that did not enter the loss because the configuration says so.",
    ),
    Metric(
        "text/cut",
        "Texts that were cut",
        "lower",
        "texts",
        0.0,
        "Captions and phrases longer than the model can read: it saw only their beginning.",
    ),
    Metric(
        "data/skipped",
        "Bad records skipped",
        "lower",
        "records",
        0.0,
        "Images of the step that could not be read and for which the next one was taken.",
    ),
)
