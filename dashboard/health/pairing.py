"""How much closer right pairs are than others: the one number that shuffled pairs cannot fake."""

from __future__ import annotations

from dashboard.health.rule import Context
from dashboard.health.seen import aligned
from dashboard.metrics.series import Series

POSITIVE = "region/positive_cosine"
MEAN, SPREAD = "region/negative_cosine_mean", "region/negative_cosine_std"
ALIKE = 1e-3  # a spread below it: all embeddings are one, and no pair can be closer


def gap_of_pairs(context: Context) -> Series | None:
    """Cosine of right pairs less the mean of the others, in standard deviations of these.

    Without the steps at which there is no spread; None where the cosines are not logged.
    """
    positive, mean = aligned(context.curve(POSITIVE), context.curve(MEAN))
    positive, spread = aligned(positive, context.curve(SPREAD))
    mean, spread = aligned(mean, spread)
    if not len(positive) or len(mean) != len(positive):
        return None
    known = spread.values > ALIKE
    values = (positive.values - mean.values)[known] / spread.values[known]
    return Series(positive.steps[known], positive.times[known], values)
