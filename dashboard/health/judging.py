"""judge(): every rule's verdict on one run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dashboard.health.lasting import Earlier, standing
from dashboard.health.overrides import NONE, Overrides
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Rule,
    State,
    gettext_noop,
    remarked,
    say,
)
from dashboard.health.rules import RULES
from dashboard.health.verdict import Verdict, verdict
from trainers.targets import nearest

_ = gettext_noop
logger = logging.getLogger(__name__)

UNMEASURED = Message(
    _("A remark that does not count: how often this rule errs on real runs is not measured yet.")
)

NOTHING: Earlier = {}


def judge(
    context: Context,
    rules: Sequence[Rule] = RULES,
    overrides: Overrides = NONE,
    earlier: Earlier = NOTHING,
) -> list[Verdict]:
    """One verdict a rule, in the order of the rules. Never raises for what a rule does.

    Each rule may read the verdicts of those before it: that is how a fix is judged.
    overrides: the thresholds that were chosen in place of the rules' own, with their version, and
        targets, which go before the trainer's
    earlier: what was told of the run before, where the context holds its long curves in part
    """
    made: list[Verdict] = []
    before = dict(context.verdicts)
    targets = nearest(overrides.targets, context.targets)
    seen = replace(context, verdicts=before, targets=targets)
    for rule in rules:
        made.append(standing(rule, _verdict(rule, seen, overrides), earlier))
        before[rule.name] = made[-1]
    return made


def _verdict(rule: Rule, context: Context, overrides: Overrides) -> Verdict:
    chosen = overrides.of(rule)
    finding = _examine(rule, replace(context, thresholds=chosen) if chosen else context)
    return verdict(rule, finding, chosen, overrides.version)


def _examine(rule: Rule, context: Context) -> Finding:
    try:
        with np.errstate(all="ignore"):  # absurd values are data; what follows from them is judged
            finding = rule.examine(context)
            return remarked(finding, UNMEASURED) if rule.weight == "remark" else finding
    except Exception as error:  # a defect of one rule must not hide what the others saw
        logger.exception("rule %s failed", rule.name)
        return Finding(
            state=State.BROKEN,
            says=say(_("This rule failed: {error}"), error=f"{type(error).__name__}: {error}"),
            looked_at=Message(_("nothing")),
            remedy=Message(_("Report it: a rule that fails is a defect of the product.")),
        )
