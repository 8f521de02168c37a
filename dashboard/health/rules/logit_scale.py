"""CTR-01."""

from __future__ import annotations

from dashboard.health.floats import spacing
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    gettext_noop,
    rule,
    say,
    unlogged,
)
from dashboard.health.scale import CEILING, Scale, looked_at, multiplier, read_scale, shown
from dashboard.metrics.series import Series

_ = gettext_noop


@rule(id="CTR-01", title=_("Logit scale: start and range"))
def logit_scale(context: Context) -> Finding:
    """Where the learnable scale of the contrastive logits came from, and whether it is in range.

    The parameter is a logarithm: exp(2.6592) = 14.28 multiplies the cosines, which is a temperature
    of 0.070; CLIP clamps it to [0, ln 100], that is ×1 to ×100 (temperature 0.01). A smaller
    multiplier makes the softmax flatter, not sharper.

    Outside of [0, ln 100] fails. The first value is compared with where it should come from (a
    checkpoint, the configuration or CLIP's init), to within 0.001 and one spacing of its dtype,
    because bfloat16 can only store 2.65625 where 2.6592 was meant; a difference is a warning, as
    training can still move it, and a low scale alone does not keep a loss from converging.
    """
    scale = read_scale(context)
    if scale is None:
        return unlogged(context, Message(_("This run has no learnable logit scale.")))
    return _out_of_range(context, scale) or _wrong_origin(context, scale) or _fine(scale)


def _out_of_range(context: Context, scale: Scale) -> Finding | None:
    raw = scale.points.values
    slack = spacing(CEILING, scale.dtype)
    bad = (raw < -slack) | (raw > CEILING + slack)
    if not bad.any():
        return None
    points = Series(scale.points.steps[bad], scale.points.times[bad], raw[bad])
    return Finding(
        state=State.FAIL,
        says=say(
            _("The scale left its range: {scale}."), scale=multiplier(float(points.values[0]))
        ),
        expected=Message(_("A raw value in [0, ln 100], that is ×1 to ×100, as CLIP clamps it.")),
        causes=(
            Message(
                _(
                    "The clamp after the optimizer's step is missing where it left the range"
                    " later; a wrong start where it began outside."
                )
            ),
        ),
        remedy=Message(_("Clamp the raw value to [0, ln 100] after each step.")),
        patch=context.patch(logit_scale_source="checkpoint"),
        check=Message(_("The raw value stays within [0, 4.605].")),
        **shown(scale, points, CEILING, Message(_("ln 100"))),
    )


def _wrong_origin(context: Context, scale: Scale) -> Finding | None:
    if not scale.is_off:
        return None
    source = str(context.facts.get("region/logit_scale_provenance", "init"))
    return Finding(
        state=State.WARN,
        says=say(
            _("The scale started at {start}, expected {expected} (stated source: {source})."),
            start=multiplier(scale.start),
            expected=multiplier(scale.expected),
            source=source,
        ),
        expected=say(
            _("{expected} to within {tolerance}: one spacing of {dtype} and the rounding."),
            expected=f"{scale.expected:.4f}",
            tolerance=f"{scale.tolerance:.2g}",
            dtype=scale.dtype,
        ),
        causes=(
            Message(
                _("A configured value replaced the checkpoint's: only the value at step 0 counts.")
            ),
        ),
        remedy=Message(_("Take the scale from the checkpoint that is fine-tuned.")),
        patch=context.patch(logit_scale_source="checkpoint"),
        check=say(_("The first value is {expected}."), expected=multiplier(scale.expected)),
        **shown(scale, scale.points, scale.expected, Message(_("expected start"))),
    )


def _fine(scale: Scale) -> Finding:
    return Finding(
        state=State.PASS,
        says=say(
            _("The scale is {scale}: in range, and it started where it should have."),
            scale=multiplier(scale.last),
        ),
        looked_at=looked_at(scale),
        number=Number(scale.last, _("raw, a logarithm")),
    )
