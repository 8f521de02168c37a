"""Every curve that this trainer draws: what it is, and which way is better. Imports no torch."""

from __future__ import annotations

from trainers.config import Metric
from trainers.data.people import MODALITIES, OTHERS
from trainers.loop_metrics import LOOP_METRICS

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
        Metric(
            f"eval/{modality}/recall_at_1",
            f"Recall@1, {name} to RGB, held out",
            "higher",
            "",
            0.0,
            "Share of the queries whose nearest RGB picture shows the same, unseen person.",
        ),
        Metric(
            f"eval/{modality}/map",
            f"mAP, {name} to RGB, held out",
            "higher",
            "",
            0.0,
            "Mean average precision of the queries: 1 where all pictures of the person come first.",
        ),
        Metric(
            f"sdm/{modality}/loss",
            f"SDM loss, {name}",
            "lower",
            "nat",
            0.0,
            "SDM loss of RGB against this modality, mean of both directions; below its bound only"
            " where target rows do not sum to one, or bits are lacking.",
        ),
    )


def _embedded(modality: str) -> tuple[Metric, ...]:
    name = CALLED[modality]
    return (
        Metric(
            f"eval/{modality}/effective_rank",
            f"Effective rank, {name}, held out",
            "none",
            "",
            1.0,
            "How many directions the embeddings of unseen people use; near 1 they have collapsed.",
        ),
        Metric(
            f"sdm/{modality}/effective_rank",
            f"Effective rank, {name}, in training",
            "none",
            "",
            1.0,
            "How many directions the embeddings of a batch use, of its first 64 rows at most.",
        ),
        Metric(
            f"sdm/{modality}/norm_median",
            f"Median feature norm, {name}",
            "none",
            "",
            0.0,
            "Median length of a batch's embeddings after the neck.",
        ),
        Metric(
            f"features/{modality}/norm",
            f"Feature norm, {name}",
            "none",
            "",
            0.0,
            "Mean length of a batch's embeddings after the neck.",
        ),
        Metric(
            f"features/{modality}/rows",
            f"Features, {name}",
            "none",
            "rows",
            0.0,
            "Embeddings of this modality that entered the loss in this step.",
        ),
        Metric(
            f"features/{modality}/zero_rows",
            f"Zero vectors, {name}",
            "lower",
            "rows",
            0.0,
            "Of them, those of length zero: each is a defect.",
        ),
        Metric(
            f"data/missing/{modality}",
            f"Records without {name}",
            "none",
            "records",
            0.0,
            "Records of this step that lack the modality.",
        ),
    )


EVALUATION = (
    Metric(
        "eval/map",
        "mAP, held out, mean of the modalities",
        "higher",
        "",
        0.0,
        "Mean average precision of finding unseen people among RGB pictures, mean of the"
        " modalities that search.",
    ),
    Metric(
        "eval/recall_at_1",
        "Recall@1, held out, mean of the modalities",
        "higher",
        "",
        0.0,
        "Share of the queries whose nearest RGB picture is right, mean of the modalities.",
    ),
    Metric(
        "eval/sdm_loss",
        "SDM loss, held out, fixed objective and temperature",
        "lower",
        "nat",
        0.0,
        "Forward KL at temperature 0.1 on unseen people: comparable between all runs, as the"
        " training loss is not.",
    ),
)
LOSSES = (
    Metric(
        "train/loss",
        "Training loss",
        "lower",
        "nat",
        0.0,
        "Weighted sum of the losses; comparable only between runs of one loss definition.",
    ),
    Metric(
        "train/loss/sdm",
        "SDM loss",
        "lower",
        "nat",
        0.0,
        "Mean over the modalities that could be aligned with RGB.",
    ),
    Metric(
        "train/loss/identity",
        "Identity loss",
        "lower",
        "nat",
        0.0,
        "Cross entropy of naming the person among those of the training set.",
    ),
    Metric(
        "train/loss/norm",
        "Norm penalty",
        "lower",
        "",
        0.0,
        "Squared distance of the norms from their band; 0 while all are in it, as is usual.",
    ),
    Metric(
        "train/identity_accuracy",
        "Person named rightly, in training",
        "higher",
        "",
        0.0,
        "Share of a batch's embeddings whose person the identity head names.",
    ),
    Metric(
        "train/spikes",
        "Spikes of the SDM loss so far",
        "lower",
        "steps",
        0.0,
        "Steps whose SDM loss lay far above the median of the last hundred.",
    ),
)
ALIGNMENT = (
    Metric(
        "sdm/loss_over_chance",
        "SDM loss as a share of chance",
        "lower",
        "",
        0.0,
        "SDM loss over that of equal similarities: 1 is what an untrained model has.",
    ),
    Metric(
        "sdm/candidates",
        "Candidates per row",
        "none",
        "",
        1.0,
        "Records that a row is matched against, itself included; of all processes.",
    ),
    Metric(
        "sdm/positives",
        "Positives per row",
        "none",
        "",
        0.0,
        "Candidates that show the row's own person.",
    ),
    Metric(
        "sdm/temperature",
        "Temperature",
        "none",
        "",
        0.0,
        "What similarities are divided by before the softmax.",
    ),
    Metric(
        "sdm/fallbacks",
        "Temperature fallbacks so far",
        "lower",
        "",
        0.0,
        "How often the fallback temperature was taken after a negative or not finite term.",
    ),
    Metric(
        "sdm/negative_terms",
        "Negative terms of the SDM loss",
        "lower",
        "terms",
        0.0,
        "Directions whose mean divergence lay below what rounding allows.",
    ),
    Metric(
        "sdm/negative_rows",
        "Negative rows of the SDM loss",
        "lower",
        "rows",
        0.0,
        "Rows whose divergence lay below what rounding allows.",
    ),
    Metric(
        "sdm/smallest_row",
        "Smallest row of the SDM loss",
        "none",
        "nat",
        None,
        "Least divergence of a row; about -ln of the positives where target rows are not"
        " normalised.",
    ),
    Metric(
        "sdm/target_row_sum_min",
        "Smallest row sum of the target",
        "none",
        "",
        0.0,
        "1 where the target is a distribution.",
    ),
    Metric(
        "sdm/target_row_sum_max",
        "Largest row sum of the target",
        "none",
        "",
        0.0,
        "1 where the target is a distribution; the loss can fall to minus its logarithm.",
    ),
    Metric(
        "sdm/missing_in_loss",
        "Missing modalities in the loss",
        "lower",
        "rows",
        0.0,
        "Rows of the loss that stand for what was never there: null vectors counted as real.",
    ),
    Metric(
        "sdm/empty_pairs",
        "Pairs of modalities with nothing to align",
        "lower",
        "",
        0.0,
        "Modalities that shared no person with RGB in a batch, and were left out of its loss.",
    ),
    Metric(
        "features/norm_over_sqrt_dim",
        "Feature norm over the square root of the width",
        "none",
        "",
        0.0,
        "Mean length of the embeddings in units of sqrt(width): batch normalisation gives 1.",
    ),
    Metric(
        "sdm/norm_over_sqrt_d",
        "Median feature norm over the square root of the width",
        "none",
        "",
        0.0,
        "Median length of the embeddings in units of sqrt(width), mean of the modalities.",
    ),
    Metric(
        "sdm/effective_rank_limit",
        "Most that the effective rank could be",
        "none",
        "",
        1.0,
        "The width, or one less than the rows of the modality that has fewest in this step.",
    ),
    Metric(
        "data/skipped",
        "Records and pictures left out so far",
        "lower",
        "records",
        0.0,
        "Bad records that were skipped because the configuration says so.",
    ),
)
METRICS = (
    *EVALUATION,
    *(metric for modality in OTHERS for metric in _searched(modality)),
    *LOSSES,
    *ALIGNMENT,
    *(metric for modality in MODALITIES for metric in _embedded(modality)),
    *LOOP_METRICS,
)
