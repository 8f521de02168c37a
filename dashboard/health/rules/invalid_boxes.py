"""DAT-01."""

from __future__ import annotations

from dashboard.health.boxes import above_zero, reasons
from dashboard.health.figures import percent
from dashboard.health.rule import (
    Context,
    Finding,
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

_ = gettext_noop

# below, one bad box is already more than 0.1 %
ENOUGH = Threshold("enough", 500, low=1, high=10_000_000, says=_("Boxes it needs before it judges"))
WARN_SHARE = Threshold(
    "warn_share",
    0.001,
    low=0,
    high=1,
    says=_("Share of invalid boxes, by the lower end of its interval, above which it warns"),
)
FAIL_SHARE = Threshold(
    "fail_share",
    0.01,
    low=0,
    high=1,
    says=_("Share of invalid boxes, by the lower end of its interval, above which it fails"),
)


@rule(id="DAT-01", title=_("Invalid boxes"), thresholds=(ENOUGH, WARN_SHARE, FAIL_SHARE))
def invalid_boxes(context: Context) -> Finding:
    """Boxes of no area, outside of the image or in another unit take part in training.

    Counted by reason: width or height not positive (reversed corners, or x, y, width, height read
    as corners), wholly outside, pixel coordinates where shares of the image are expected, padding
    (0, 0, 0, 0) that the mask let through, not finite. What the run's own filter took out does not
    count. The share is judged by the lower end of its exact 95 % interval (Clopper-Pearson): above
    0.1 % is a warning, above 1 % a failure; it speaks after 500 boxes.

    Small boxes are valid: an area filter would delete small objects and is not needed, as ROI align
    gives a box of any positive area a normal vector.
    """
    boxes = context.curve("region/boxes").finite
    if not len(boxes):
        return unlogged(context, Message(_("No boxes are counted in this run.")))
    seen, filtered = context.total("region/boxes"), context.total("region/boxes_filtered")
    entered = max(0, context.total("region/boxes_invalid") - filtered)
    looked_at = say(
        _("{seen} boxes, {filtered} of them filtered out"), seen=seen, filtered=filtered
    )
    if seen < context[ENOUGH]:
        return waiting(
            looked_at, say(_("{seen} of {enough} boxes seen."), seen=seen, enough=context[ENOUGH])
        )
    low, high = clopper_pearson(entered, seen - filtered)
    number = Number(entered / max(1, seen - filtered), _("of boxes"), low, high)
    if low > context[WARN_SHARE]:
        return _finding(context, looked_at, number)
    says = _(
        "{entered} invalid boxes among the {kept} that enter training; {filtered} filtered out."
    )
    return Finding(
        state=State.PASS,
        says=say(says, entered=entered, kept=seen - filtered, filtered=filtered),
        looked_at=looked_at,
        number=number,
    )


def _finding(context: Context, looked_at: Message, number: Number) -> Finding:
    bad = above_zero(context.curve("region/boxes_invalid"))
    low, high = number.low or 0.0, number.high or 1.0
    return Finding(
        state=State.FAIL if low > context[FAIL_SHARE] else State.WARN,
        says=say(
            _("{share} of the boxes that enter training are invalid (95 %: {low} to {high})."),
            share=percent(number.value),
            low=percent(low),
            high=percent(high),
        ),
        expected=Message(_("No invalid box: each has 0 ≤ x1 < x2 ≤ 1 and 0 ≤ y1 < y2 ≤ 1.")),
        looked_at=looked_at,
        number=number,
        since_step=int(bad.steps[0]),
        window=(int(bad.steps[0]), int(bad.steps[-1])),
        evidence=(evidence("region/boxes_invalid", bad),),
        causes=reasons(context),
        remedy=Message(_("Drop invalid boxes before ROI align; do not filter by area.")),
        patch=context.patch(filter_boxes=True),
        check=Message(_("No invalid box enters: the filter counts as many as are found.")),
    )
