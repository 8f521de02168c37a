"""The words under a chart of arms: of how many runs each line is, and where that changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.charts.arms import ArmDifference, ArmLines
from dashboard.charts.line import View
from dashboard.comparison.arms import Arms
from dashboard.comparison.bands import Band, leaves_out_zero
from dashboard.comparison.curve_table import At, Table

MOST_TOLD = 3  # of a kind; then how many more there are
MOST_ARMS = 6  # whose runs are counted one by one
DIGITS = 5


def counted(parts: Sequence[ArmLines]) -> str:
    """Each arm with its number of runs."""
    told = [f"{part.name}: n={len(part.lines)}" for part in parts[:MOST_ARMS]]
    rest = len(parts) - MOST_ARMS
    if rest > 0:
        text = ngettext("%(count)s more arm", "%(count)s more arms", rest)
        told.append(text % {"count": rest})
    return " · ".join([*told, *([_("band: 95 %, at each place by itself")] * _has_band(parts))])


def of_arms(parts: Sequence[ArmLines], arms: Arms, whole: Table, view: View) -> list[str]:
    """What a reader would else take for more than it is."""
    found = _without_band(parts)
    for part in parts:
        arm = next(arm for arm in arms.arms if arm.number + 1 == part.number)
        found += _lacking(part, len(arm.runs))
        if part.band:
            found += _fewer(part.name, part.band, view)
    found += _odd(parts, whole)
    if arms.left_out:
        count = len(arms.left_out)
        text = ngettext(
            "%(count)s run is in no arm and not drawn.",
            "%(count)s runs are in no arm and not drawn.",
            count,
        )
        found.append(text % {"count": count})
    return [*found, *filter(None, [_apart(parts), cells(whole, view)])]


def of_difference(part: ArmDifference, before: int, after: int, view: View) -> list[str]:
    """How it was taken, and where the arms separate: a description, no test."""
    found, name = part.difference, part.name
    if not len(found.x) or not any(found.effect == found.effect):
        return [_("%(name)s: at no place do all runs of both have a value.") % {"name": name}]
    said = _manner(part, before, after)
    if found.has_band:
        said += f" {_separation(part, view)}"
    drawn = found.x[found.effect == found.effect]
    if drawn[-1] < found.x[-1]:
        text = _("Not drawn beyond %(end)s: some of the runs have no value there.")
        said += f" {text % {'end': place(float(drawn[-1]), view)}}"
    return [said]


def no_test() -> str:
    return _("Where curves separate is told place by place and is no test: see a study for one.")


def cells(whole: Table, view: View) -> str:
    """How curves that do not share their places were compared; "" where they do."""
    if not whole.width:
        return ""
    text = _("Compared by means of stretches of %(width)s.")
    return text % {"width": _width(whole.width, view)}


def cut_by_log(count: int) -> str:
    text = ngettext(
        "The band reaches 0 or below at %(n)s place, which a log scale cannot show: cut there.",
        "The band reaches 0 or below at %(n)s places, which a log scale cannot show: cut there.",
        count,
    )
    return text % {"n": number_format(count, force_grouping=True)}


def place(x: float, view: View) -> str:
    """A place on the chart's axis, in words."""
    axis = view.axis
    if axis.name == "step":
        return _("step %(step)s") % {"step": _whole(x)}
    if axis.name == "samples":
        return _("%(count)s samples") % {"count": _whole(x)}
    if axis.name == "relative":
        return f"{_number(x)} {axis.unit[1]}"
    if axis.name == "wall":
        return datetime.fromtimestamp(x / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{axis.metric} = {_number(x)}"


def _has_band(parts: Sequence[ArmLines]) -> bool:
    return any(part.band and part.band.of > 1 for part in parts)


def _without_band(parts: Sequence[ArmLines]) -> list[str]:
    alone = [part.name for part in parts if part.band and part.band.of == 1]
    if not alone:
        return []
    if len(alone) > MOST_ARMS:
        text = _("%(count)s arms have one run each, so no band.")
        return [text % {"count": len(alone)}]
    return [_("%(arm)s: one run, so no band.") % {"arm": ", ".join(alone)}]


def _lacking(part: ArmLines, of: int) -> list[str]:
    count = of - len(part.lines)
    if not count:
        return []
    text = ngettext(
        "%(arm)s: %(count)s of %(of)s runs has no such curve.",
        "%(arm)s: %(count)s of %(of)s runs have no such curve.",
        count,
    )
    return [text % {"arm": part.name, "count": count, "of": of}]


def _fewer(arm: str, band: Band, view: View) -> list[str]:
    """Where its mean is of other runs than of all."""
    changes = band.changes
    told = [_change(x, n, band.of, view) for x, n in changes[:MOST_TOLD]]
    if not told:
        return []
    rest = len(changes) - MOST_TOLD
    if rest > 0:
        text = ngettext("%(count)s more change", "%(count)s more changes", rest)
        told.append(text % {"count": rest})
    listed = "; ".join(told)
    return [
        _("%(arm)s: %(changes)s. Of fewer runs: dotted, no band.") % {"arm": arm, "changes": listed}
    ]


def _change(x: float, n: int, of: int, view: View) -> str:
    at = place(x, view)
    if n == of:
        return _("from %(place)s on all %(of)s") % {"place": at, "of": of}
    return _("from %(place)s on only %(n)s of %(of)s runs") % {"place": at, "n": n, "of": of}


def _odd(parts: Sequence[ArmLines], whole: Table) -> list[str]:
    """Runs that are not a number somewhere, by name."""
    lines = [line for part in parts for line in part.lines]
    counts = (whole.states == At.ODD).sum(axis=1).tolist()
    odd = [(line.label, n) for line, n in zip(lines, counts, strict=True) if n]
    if not odd:
        return []
    told = [_("%(run)s at %(count)s") % {"run": run, "count": n} for run, n in odd[:MOST_TOLD]]
    if len(odd) > MOST_TOLD:
        text = ngettext("%(count)s more run", "%(count)s more runs", len(odd) - MOST_TOLD)
        told.append(text % {"count": len(odd) - MOST_TOLD})
    text = _("Not finite, and left out of the mean: %(runs)s of %(places)s places.")
    return [text % {"runs": ", ".join(told), "places": len(whole.x)}]


def _apart(parts: Sequence[ArmLines]) -> str:
    count = max((int(part.band.apart.sum()) for part in parts if part.band), default=0)
    if not count:
        return ""
    text = ngettext(
        "%(count)s place is left out, where some run of the arm logged nothing.",
        "%(count)s places are left out, where some run of the arm logged nothing.",
        count,
    )
    return text % {"count": number_format(count, force_grouping=True)}


def _manner(part: ArmDifference, before: int, after: int) -> str:
    found, name = part.difference, part.name
    if found.pairs > 1:
        return _("%(name)s: %(pairs)s pairs by seed.") % {"name": name, "pairs": found.pairs}
    if min(before, after) > 1:
        text = _("%(name)s: %(after)s and %(before)s runs of other seeds, by Welch.")
        return text % {"name": name, "after": after, "before": before}
    return _("%(name)s: an arm has one run, so no band.") % {"name": name}


def _separation(part: ArmDifference, view: View) -> str:
    if part.separation:
        text = _(
            "From %(begin)s on the band leaves out zero, until %(end)s: where the curves separate."
        )
        ends = part.separation
        return text % {"begin": place(ends.begin, view), "end": place(ends.end, view)}
    some, of = leaves_out_zero(part.difference)
    if some:
        text = _("The band leaves out zero at %(some)s of %(of)s places, but not to its end.")
        return text % {"some": some, "of": of}
    return _("The band holds zero everywhere.")


def _width(width: float, view: View) -> str:
    if view.axis.name == "wall":
        return f"{_number(width / 1000)} s"
    if view.axis.name == "metric":
        return _number(width)
    return place(width, view) if view.axis.name != "step" else _steps(width)


def _steps(width: float) -> str:
    text = ngettext("%(count)s step", "%(count)s steps", round(width))
    return text % {"count": _number(width)}


def _whole(x: float) -> str:
    return number_format(round(x), force_grouping=True) if x == round(x) else _number(x)


def _number(x: float) -> str:
    return number_format(f"{x:.{DIGITS}g}", force_grouping=True)
