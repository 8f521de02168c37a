"""The curves that every training through `trainers.loop` draws. Imports no torch."""

from __future__ import annotations

from trainers.config import Metric

LOOP_METRICS = (
    Metric(
        "train/lr",
        "Learning rate",
        lower_bound=0.0,
        meaning="The plain learning rate of this step; faster parameters get a multiple of it.",
    ),
    Metric(
        "train/grad_norm",
        "Gradient norm before clipping",
        lower_bound=0.0,
        meaning="Length of all gradients together, without the loss scale, before clipping.",
    ),
    Metric(
        "train/grad_norm_before_clip",
        "Gradient norm as clipping saw it",
        lower_bound=0.0,
        meaning=(
            "Under fp16: the length that clipping compared with its limit. It is larger than the"
            " gradient norm by the loss scale where gradients were not unscaled before."
        ),
    ),
    Metric(
        "train/clipped",
        "Gradients shortened",
        lower_bound=0.0,
        meaning="1 where clipping shortened this step's gradients, 0 where it left them.",
    ),
    Metric(
        "train/update_ratio",
        "Update relative to the weights",
        lower_bound=0.0,
        meaning=(
            "Length of the last update over the length of the weights; exactly 0 where no weight"
            " moved. About 1e-3 is usual."
        ),
    ),
    Metric(
        "amp/scale",
        "Loss scale",
        lower_bound=0.0,
        meaning="Under fp16: what the loss was multiplied by so that small gradients survive.",
    ),
    Metric(
        "amp/skipped",
        "Step left out, gradients overflowed",
        "lower",
        lower_bound=0.0,
        meaning="Under fp16: 1 where gradients overflowed and the optimizer left the step out.",
    ),
    Metric(
        "time/step",
        "Time of a step",
        "lower",
        "s",
        0.0,
        "One optimizer step from beginning to end, without evaluation and saving.",
    ),
    Metric(
        "time/data",
        "of that, waiting for data",
        "lower",
        "s",
        0.0,
        "Getting the batches of the step ready.",
    ),
    Metric(
        "time/transfer",
        "of that, moving batches to the device",
        "lower",
        "s",
        0.0,
        "Copying the batches of the step to the GPU.",
    ),
    Metric(
        "time/forward",
        "of that, forward passes",
        "lower",
        "s",
        0.0,
        "Computing the losses of the step.",
    ),
    Metric(
        "time/backward",
        "of that, backward passes",
        "lower",
        "s",
        0.0,
        "Computing the gradients of the step.",
    ),
    Metric(
        "time/optimizer",
        "of that, the optimizer",
        "lower",
        "s",
        0.0,
        "Averaging gradients over processes, clipping them and updating the weights.",
    ),
    Metric(
        "time/other",
        "of that, everything else",
        "lower",
        "s",
        0.0,
        "What is left of the step: measuring it, above all.",
    ),
    Metric(
        "time/cpu",
        "Processor time of a step",
        "lower",
        "s",
        0.0,
        "Of all threads, on a CPU: what the step worked, without what it waited for others.",
    ),
    Metric(
        "time/left",
        "Time left",
        "lower",
        "s",
        0.0,
        "How long the rest will take at the pace so far, evaluation and saving included.",
    ),
    Metric(
        "system/gpu_memory",
        "GPU memory",
        "lower",
        "bytes",
        0.0,
        "Most memory that tensors took on this process's GPU since the row before.",
    ),
)
