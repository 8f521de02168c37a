"""Every curve that this trainer draws: what it is, and which way is better. Imports no torch."""

from __future__ import annotations

from trainers.config import Metric
from trainers.data.people import MODALITIES, OTHERS

CALLED = {
    "rgb": "RGB",
    "infrared": "infrared",
    "pencil": "colour pencil",
    "sketch": "sketch",
    "text": "text",
}


def _searched(modality: str) -> tuple[Metric, ...]:
    name = CALLED[modality]
    return (
        Metric(f"eval/{modality}/recall_at_1", f"Recall@1, {name} to RGB, held out", "higher"),
        Metric(f"eval/{modality}/map", f"mAP, {name} to RGB, held out", "higher"),
        Metric(f"sdm/{modality}/loss", f"SDM loss, {name}", "lower", "nat"),
    )


def _embedded(modality: str) -> tuple[Metric, ...]:
    name = CALLED[modality]
    rank = Metric(f"eval/{modality}/effective_rank", f"Effective rank, {name}, held out", "none")
    return (
        rank,
        Metric(f"features/{modality}/norm", f"Feature norm, {name}"),
        Metric(f"features/{modality}/rows", f"Features, {name}", unit="rows"),
        Metric(f"features/{modality}/zero_rows", f"Zero vectors, {name}", "lower", "rows"),
        Metric(f"data/missing/{modality}", f"Records without {name}", unit="records"),
    )


METRICS = (
    Metric("eval/map", "mAP, held out, mean of the modalities", "higher"),
    Metric("eval/recall_at_1", "Recall@1, held out, mean of the modalities", "higher"),
    Metric("eval/sdm_loss", "SDM loss, held out, fixed objective and temperature", "lower", "nat"),
    *(metric for modality in OTHERS for metric in _searched(modality)),
    Metric("train/loss", "Training loss", "lower", "nat"),
    Metric("train/loss/sdm", "SDM loss", "lower", "nat"),
    Metric("train/loss/identity", "Identity loss", "lower", "nat"),
    Metric("train/loss/norm", "Norm penalty", "lower"),
    Metric("train/lr", "Learning rate"),
    Metric("train/grad_norm", "Gradient norm before clipping"),
    Metric("train/update_ratio", "Update relative to the weights"),
    Metric("train/identity_accuracy", "Person named rightly, in training", "higher"),
    Metric("train/spikes", "Spikes of the SDM loss so far", "lower", "steps"),
    Metric("sdm/loss_over_chance", "SDM loss as a share of chance", "lower"),
    Metric("sdm/candidates", "Candidates per row"),
    Metric("sdm/positives", "Positives per row"),
    Metric("sdm/temperature", "Temperature"),
    Metric("sdm/fallbacks", "Temperature fallbacks so far", "lower"),
    Metric("sdm/negative_terms", "Negative terms of the SDM loss", "lower", "terms"),
    Metric("sdm/negative_rows", "Negative rows of the SDM loss", "lower", "rows"),
    Metric("sdm/smallest_row", "Smallest row of the SDM loss", unit="nat"),
    Metric("sdm/target_row_sum_min", "Smallest row sum of the target"),
    Metric("sdm/target_row_sum_max", "Largest row sum of the target"),
    Metric("sdm/missing_in_loss", "Missing modalities in the loss", "lower", "rows"),
    Metric("sdm/empty_pairs", "Pairs of modalities with nothing to align", "lower"),
    Metric("features/norm_over_sqrt_dim", "Feature norm over the square root of the width"),
    *(metric for modality in MODALITIES for metric in _embedded(modality)),
    Metric("time/step", "Time of a step", "lower", "s"),
    Metric("time/data", "of that, waiting for data", "lower", "s"),
)
