"""What a report says, as values: sections of a few kinds of blocks, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.comparison import answer_words, change_words, effect_words, failure_words
from dashboard.comparison.answer import Answer
from dashboard.comparison.answer_words import LABELS
from dashboard.comparison.changes import Difference
from dashboard.comparison.conclusion import Comparison, Conclusion
from dashboard.comparison.decision_words import signed
from dashboard.comparison.models import Study
from dashboard.comparison.more_words import says_more
from dashboard.comparison.report import pictures
from dashboard.comparison.report.blocks import (
    Block,
    Document,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from dashboard.comparison.report.repeating import repeat
from dashboard.comparison.report.words import STANDINGS, STATES
from dashboard.comparison.symptom import says_symptom
from dashboard.health.figures import figure
from dashboard.health.wording import tell

LONGEST = 80  # characters of a value in a table


def document(found: Conclusion, drawn: Sequence[pictures.Curve]) -> Document:
    """drawn: the curves of the primary metric."""
    main = found.main
    sections = [
        Section(_("Question"), _question(found)),
        *(_compared(one, several=len(found.comparisons) > 1) for one in found.comparisons),
        Section(_("Curves"), _curves(found, drawn)),
        Section(_("Which part did it"), _effects(found)),
        Section(_("Runs"), [_runs(found)]),
        Section(_("What differs between the arms"), _ledger(main.ledger)),
        Section(_("To repeat it"), repeat(found)),
    ]
    kept = [section for section in sections if section.blocks]
    verdict = main.answer.verdict
    label = _("Not ended yet") if main.answer.waiting else _(LABELS[verdict])
    return Document(found.study.title, label, str(verdict), kept)


def _question(found: Conclusion) -> list[Block]:
    study = found.study
    direction, summary = study.get_direction_display(), study.get_summary_display()
    asked = _(
        "%(metric)s: %(summary)s of each run. %(direction)s. Smallest effect that matters:"
        " %(smallest)s."
    ) % {
        "metric": study.metric,
        "summary": str(summary),
        "direction": str(direction),
        "smallest": figure(study.smallest),
    }
    blocks: list[Block] = [Text(study.hypothesis)] if study.hypothesis else []
    blocks += [Text(asked), Text(" ".join(_origin(study))), Points(_change(found))]
    if study.afterwards:
        blocks.append(Text(_("The question was put when its first runs were there already.")))
    changed = [change_words.says(one) for one in study.changes.all()]
    return [*blocks, Points(changed)] if changed else blocks


def _origin(study: Study) -> Iterator[str]:
    if study.rule and study.source:
        told = _("Asked by the rule %(rule)s, which saw a fault in the run %(run)s.")
        yield told % {"rule": study.rule, "run": study.source.name}
    yield _("%(design)s, trainer %(trainer)s. What changes:") % {
        "design": study.get_design_display(),
        "trainer": study.trainer,
    }


def _change(found: Conclusion) -> list[str]:
    """What the whole fix changes."""
    config = found.study.config
    return [
        f"{name}: {_short(config.get(name))} → {_short(value)}"
        for name, value in found.main.arm.patch.items()
    ]


def _compared(one: Comparison, *, several: bool) -> Section:
    answer = one.answer
    title = _("Answer: %(arm)s") % {"arm": one.arm.name} if several else _("Answer")
    told = [] if answer.waiting else [answer_words.why(answer)]
    told += [*failure_words.treated(answer), *answer_words.notes(answer)]
    if one.more:
        told.append(says_more(one.more))
    if one.cleared:
        cleared = one.cleared
        told.append(says_symptom(cleared.symptom, cleared.before, cleared.after))
    blocks: list[Block] = [Text(tell(answer_words.says(answer)))]
    if any(side.values for side in (answer.before, answer.after)):
        blocks.append(Picture(pictures.strip(answer, one.arm.place), _("One mark a run, by arm.")))
    blocks.append(Points([tell(message) for message in told]))
    return Section(title, blocks + _beside(answer))


def _beside(answer: Answer) -> list[Block]:
    """Guardrails, and what ten runs and more also tell."""
    blocks: list[Block] = []
    if answer.guardrails:
        told = [tell(answer_words.says_guardrail(one)) for one in answer.guardrails]
        blocks += [Text(_("Guardrails:")), Points(told)]
    if answer.improvement and answer.iqm:
        told_beside = _(
            "Probability of improvement %(share)s (%(low)s to %(high)s); interquartile mean"
            " %(iqm)s (%(iqm_low)s to %(iqm_high)s)."
        ) % {
            "share": figure(answer.improvement.value),
            "low": figure(answer.improvement.low),
            "high": figure(answer.improvement.high),
            "iqm": signed(answer.iqm.value),
            "iqm_low": signed(answer.iqm.low),
            "iqm_high": signed(answer.iqm.high),
        }
        blocks.append(Text(told_beside))
    return blocks


def _curves(found: Conclusion, drawn: Sequence[pictures.Curve]) -> list[Block]:
    if not any(len(curve.series) for curve in drawn):
        return []
    names = [side.name for side in found.sides]
    told = _("%(metric)s by step; one line a run.") % {"metric": found.study.metric}
    return [Picture(pictures.curves(drawn, names), " ".join([told, *_undrawn(found, drawn)]))]


def _undrawn(found: Conclusion, drawn: Sequence[pictures.Curve]) -> Iterator[str]:
    runs = sum(len(side.outcomes) for side in found.sides)
    if len(drawn) < runs:
        yield _("Drawn are %(drawn)s of %(runs)s runs.") % {"drawn": len(drawn), "runs": runs}
    odd = sum(len(curve.series) - len(curve.series.finite) for curve in drawn)
    if odd:
        told = ngettext(
            "%(count)s value that is no finite number is not drawn.",
            "%(count)s values that are no finite numbers are not drawn.",
            odd,
        )
        yield told % {"count": odd}


def _effects(found: Conclusion) -> list[Block]:
    if not found.effects:
        return []
    table = Table(effect_words.heads(found.effects), effect_words.rows(found.effects))
    return [Text(effect_words.meaning(found.study.design)), table]


def _runs(found: Conclusion) -> Table:
    rows = [
        [
            side.name,
            str(one.seed),
            one.run.removeprefix(f"{found.study.title} · "),
            _(STATES[one.state]),
            "–" if one.value is None else f"{one.value:.6g}",
            "–" if one.step is None else str(one.step),
        ]
        for side in found.sides
        for one in side.outcomes
    ]
    heads = [_("Arm"), _("Seed"), _("Run"), _("State"), found.study.metric, _("Step")]
    return Table(heads, rows)


def _ledger(rows: Sequence[Difference]) -> list[Block]:
    if not rows:
        return [Text(_("Nothing."))]
    told = [
        [
            row.name,
            ", ".join(map(_short, row.before)) or "–",
            ", ".join(map(_short, row.after)) or "–",
            _(STANDINGS[row.standing]) + (f": {row.reason}" if row.reason else ""),
        ]
        for row in rows
    ]
    return [Table([_("What"), _("Before"), _("After"), _("Standing")], told)]


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
