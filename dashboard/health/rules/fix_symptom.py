"""FIX-02."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.health.baseline import Baseline
from dashboard.health.compared import COMPARING, against, chained, ill, not_yet, told
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    gettext_noop,
    not_applicable,
    rule,
    say,
    waiting,
)

_ = gettext_noop

SHOWN = 3  # symptoms that are told one by one

Kept = Mapping[str, Any]


@dataclass(frozen=True)
class Symptom:
    """One rule that failed or warned in the baseline, and what it says of this run."""

    was: Kept
    now: Kept | None
    early: bool  # this run is not yet as long as what the baseline was judged by

    @property
    def gone(self) -> bool:
        return self.now is not None and self.now.get("state") == State.PASS and not self.early

    @property
    def there(self) -> bool:
        return ill(self.now)


@rule(id="FIX-02", title=_("Fix: symptom"), weight="remark")
def fix_symptom(context: Context) -> Finding:
    """Whether what failed in the baseline passes now, by the same rule and as much evidence.

    Each rule that failed or warned in the baseline is asked again. A symptom is gone when the same
    rule passes in this run, and this run has got as far as the evidence that the baseline was
    judged by: a failure that needs 200 steps to show is not gone at step 40. What each rule looked
    at, and how much, is told for both.

    A symptom that is gone shows that the mechanism changed. With one run each it does not show
    that the change made the model better: that is *Fix: outcome*.
    """
    baseline = against(context)
    if isinstance(baseline, Finding):
        return baseline
    if early := not_yet(context, baseline):
        return early
    symptoms = _symptoms(context, baseline)
    if not symptoms:
        says = _("No rule failed or warned in the baseline {name}.")
        return not_applicable(say(says, name=baseline.name))
    return _finding(context, baseline, symptoms)


def _symptoms(context: Context, baseline: Baseline) -> list[Symptom]:
    return [
        Symptom(was, context.verdicts.get(name), context.step < _reach(was, baseline))
        for name, was in baseline.verdicts.items()
        if ill(was) and name not in COMPARING
    ]


def _reach(was: Kept, baseline: Baseline) -> int:
    """The last step of the evidence that the baseline was judged by."""
    window = was.get("window")
    return int(window[-1]) if window else baseline.step


def _finding(context: Context, baseline: Baseline, symptoms: list[Symptom]) -> Finding:
    gone = [symptom for symptom in symptoms if symptom.gone]
    there = [symptom for symptom in symptoms if symptom.there]
    head = say(
        _("{gone} of {count} symptoms of the baseline are gone."),
        gone=len(gone),
        count=len(symptoms),
    )
    lines = [_line(symptom) for symptom in _worst_first(symptoms)]
    rest = say(_("And {count} more."), count=len(lines) - SHOWN)
    says = chained([head, *lines[:SHOWN], *([rest] if len(lines) > SHOWN else [])])
    looked_at = say(
        _("the verdicts on the baseline {name} to step {last}, and on this run to step {step}"),
        name=baseline.name,
        last=baseline.step,
        step=context.step,
    )
    number = Number(float(len(gone)), _("symptoms gone"))
    if len(gone) == len(symptoms):
        return Finding(state=State.PASS, says=says, looked_at=looked_at, number=number)
    if not there:
        return waiting(looked_at, says, number=number)
    return Finding(
        state=State.WARN,
        says=says,
        expected=Message(_("Each rule that failed in the baseline passes.")),
        looked_at=looked_at,
        number=number,
        causes=(
            Message(_("The change did not take effect: “Fix: applied” fails.")),
            Message(_("The symptom has another cause than the one that was mended: see its rule.")),
        ),
        remedy=Message(_("Look at the rule that still fails, and at the cause it names first.")),
        check=Message(_("The same rule passes with as much evidence.")),
    )


def _worst_first(symptoms: list[Symptom]) -> list[Symptom]:
    return sorted(symptoms, key=lambda symptom: (symptom.gone, not symptom.there))


def _line(symptom: Symptom) -> Message:
    text = _("{title}: {was} Now not enough evidence: {now}")
    if symptom.now is None or symptom.now.get("state") == State.NOT_APPLICABLE:
        text = _("{title}: {was} Now not applicable: {now}")
    elif symptom.gone:
        text = _("{title}, gone: {was} Now: {now} (seen: {seen})")
    elif symptom.there:
        text = _("{title}, still there: {was} Now: {now} (seen: {seen})")
    elif symptom.early and symptom.now.get("state") == State.PASS:
        text = _("{title}: {was} So far: {now} (seen: {seen}; not yet as much as in the baseline)")
    now = symptom.now or {}
    return say(
        text,
        title=told(symptom.was, "title"),
        was=told(symptom.was, "says"),
        now=told(now, "says") if now else "–",
        seen=told(now, "looked_at") if now else "–",
    )
