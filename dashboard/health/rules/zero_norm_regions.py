"""CTR-07."""

from __future__ import annotations

from dashboard.health.boxes import above_zero, reasons
from dashboard.health.figures import percent
from dashboard.health.readings import accumulation
from dashboard.health.rule import (
    Context,
    Evidence,
    Finding,
    Level,
    Message,
    Number,
    State,
    Threshold,
    evidence,
    gettext_noop,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.statistics import clopper_pearson
from dashboard.metrics.series import Series

_ = gettext_noop

# a single bad row speaks at once
ENOUGH_ROWS = Threshold(
    "enough_rows", 200, low=1, high=10_000_000, says=_("Rows it needs before none is worth saying")
)
# fewer may be one odd image
FAIL_ROWS = Threshold(
    "fail_rows", 5, low=1, high=1_000_000, says=_("Rows of norm 0 from which it may fail")
)
FAIL_SHARE = Threshold(
    "fail_share", 0.001, low=0, high=1, says=_("Share of the rows above which it fails")
)


@rule(
    id="CTR-07",
    title=_("Zero-norm region embeddings"),
    thresholds=(ENOUGH_ROWS, FAIL_ROWS, FAIL_SHARE),
)
def zero_norm_regions(context: Context) -> Finding:
    """Region embeddings of norm 0 enter the contrastive loss.

    A zero row carries no direction: its own term stays at chance whatever the model does, it keeps
    the loss from falling below ln N / N, and its normalisation multiplies gradients by 1/eps. ROI
    align gives such rows for boxes without area or outside of the image, so the reasons are
    counted beside the rows. Rows, and forward passes that hold any, are two different shares: 34
    rows in 34 of 134 passes can be 6 % of 568 rows.

    No such row belongs into a loss: any is a warning; at least five that are more than 0.1 % of the
    rows are a failure. The interval of the share is exact (Clopper-Pearson).
    """
    if not context.count("region/zero_rows"):
        return unlogged(context, Message(_("No region embeddings are counted in this run.")))
    hits = context.total("region/zero_rows")
    trials = max(context.total("region/rows"), hits)
    looked_at = say(
        _("{rows} rows in {passes} forward passes"), rows=trials, passes=_passes(context)
    )
    if hits:
        return _found(context, looked_at, hits, trials)
    if trials < context[ENOUGH_ROWS]:
        says = say(
            _("{rows} of {enough} rows seen, none of norm 0."),
            rows=trials,
            enough=context[ENOUGH_ROWS],
        )
        return waiting(looked_at, says)
    return Finding(
        state=State.PASS,
        says=say(_("None of {rows} region embeddings has norm 0."), rows=trials),
        looked_at=looked_at,
        number=Number(0.0, _("of rows"), *clopper_pearson(0, trials)),
    )


def _passes(context: Context) -> int:
    return context.count("region/zero_rows") * accumulation(context)


def _found(context: Context, looked_at: Message, hits: int, trials: int) -> Finding:
    low, high = clopper_pearson(hits, trials)
    failing = hits >= context[FAIL_ROWS] and hits / trials > context[FAIL_SHARE]
    bad = above_zero(context.curve("region/zero_rows"))
    return Finding(
        state=State.FAIL if failing else State.WARN,
        says=_says(context, hits, trials),
        expected=Message(_("0 rows: a row without direction cannot be matched to any text.")),
        looked_at=looked_at,
        number=Number(hits / trials, _("of rows"), low, high),
        since_step=int(bad.steps[0]),
        window=(int(bad.steps[0]), int(bad.steps[-1])),
        evidence=_evidence(context, bad),
        causes=reasons(context) or (_without_reason(),),
        remedy=Message(
            _(
                "Remove these rows before they are normalised: masking them out of the loss"
                " afterwards still sends NaN or huge gradients into the weights."
            )
        ),
        patch=context.patch(filter_boxes=True),
        check=Message(_("region/zero_rows stays 0 at every step.")),
    )


def _says(context: Context, hits: int, trials: int) -> Message:
    low, high = clopper_pearson(hits, trials)
    return say(
        _(
            "{hits} of {trials} region embeddings have norm 0: {share} of the rows (95 %: {low} to"
            " {high}), in {batches} of {passes} forward passes."
        ),
        hits=hits,
        trials=trials,
        share=percent(hits / trials),
        low=percent(low),
        high=percent(high),
        batches=context.total("region/zero_batches"),
        passes=_passes(context),
    )


def _evidence(context: Context, bad: Series) -> tuple[Evidence, ...]:
    allowed = Level(0.0, Message(_("none allowed")))
    boxes = above_zero(context.curve("region/boxes_invalid"))
    shown = (evidence("region/zero_rows", bad, allowed),)
    return (*shown, evidence("region/boxes_invalid", boxes)) if len(boxes) else shown


def _without_reason() -> Message:
    return Message(
        _("Not the boxes, none of which is counted as invalid: look for dead features instead.")
    )
