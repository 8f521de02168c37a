"""Which runs are repetitions of each other: the arms that compared runs are grouped by.

`by` is what an address says: "study", "study.ID", "configuration", "config.FIELD", or an arm's
number for each run in their order, "-" for none: "0,0,1,1,-". Where it is "", the study that all
runs belong to, and where there is none, the whole configuration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboard.comparison.models import Member
from dashboard.health.differing import MISSING, flat, named
from dashboard.runs.models import Run

STUDY, STUDY_ID, CONFIGURATION, FIELD = "study", "study.", "configuration", "config."
NONE = "-"
BY_HAND = re.compile(r"[\d,-]+")
SEED = "seed"  # a setting of that name is no difference between arms
MOST_NAMED = 3  # settings in an arm's name
DIGITS = 6  # of a number there


class ArmsError(ValueError):
    """Runs that cannot be grouped as asked; its text says why."""


@dataclass(frozen=True)
class Arm:
    """number: its place among the arms, which gives it its colour."""

    number: int
    name: str
    runs: Sequence[Run]


@dataclass(frozen=True)
class Arms:
    """by: as asked for, or what was chosen. The first arm is what others are compared with."""

    by: str
    arms: Sequence[Arm]
    left_out: Sequence[Run] = ()

    def of(self, run: Run) -> Arm | None:
        return next((arm for arm in self.arms if run in arm.runs), None)


def grouped(runs: Sequence[Run], by: str = "") -> Arms:
    """In the order of the runs, the arms of a study in that of the study.

    ArmsError: `by` names nothing that these runs have, or not one arm a run.
    """
    if not by:
        by = STUDY if _study_arms(runs) else CONFIGURATION
    if by == STUDY or by.startswith(STUDY_ID):
        return _by_study(runs, by)
    if by == CONFIGURATION:
        return _by_configuration(runs)
    if by.startswith(FIELD):
        return _by_field(runs, by)
    if BY_HAND.fullmatch(by):
        return _by_hand(runs, by)
    told = _("Arms are study, configuration, config.FIELD, or an arm's number for each run.")
    raise ArmsError(told)


def ways(runs: Sequence[Run]) -> list[str]:
    """How these runs can be grouped: what `by` may be, without the arms given by hand."""
    study = [STUDY] if _study_arms(runs) else []
    return [*study, CONFIGURATION, *(FIELD + name for name in _differing([r.config for r in runs]))]


def by_hand(runs: Sequence[Run], arms: Arms) -> str:
    """The arms as `by` gives them one run at a time."""
    held = [arms.of(run) for run in runs]
    return ",".join(NONE if arm is None else str(arm.number) for arm in held)


def _by_study(runs: Sequence[Run], by: str) -> Arms:
    known = _study_arms(runs, by.removeprefix(STUDY_ID) if by != STUDY else "")
    if not known:
        raise ArmsError(_("These runs do not all belong to one study: group them another way."))
    places = sorted({place for place, _name in known.values()})
    names = dict(known.values())
    arms = [
        Arm(number, names[place], [run for run in runs if known[run.pk][0] == place])
        for number, place in enumerate(places)
    ]
    return Arms(by, arms)


def _study_arms(runs: Sequence[Run], study: str = "") -> dict[str, tuple[int, str]]:
    """By run its arm's place and name in the newest study that has them all; {} without one."""
    ids = [run.pk for run in runs]
    found: dict[str, dict[str, tuple[int, str]]] = {}
    among = Member.objects.filter(run__in=ids, **({"arm__study": study} if study else {}))
    rows = among.values_list("arm__study_id", "run_id", "arm__place", "arm__name")
    for study, run_id, place, name in rows.order_by("-arm__study_id"):
        found.setdefault(study, {})[str(run_id)] = place, name
    return next((known for known in found.values() if len(known) == len(ids)), {})


def _by_configuration(runs: Sequence[Run]) -> Arms:
    differing = _differing([run.config for run in runs])
    several = len({run.trainer for run in runs}) > 1

    def name(run: Run) -> str:
        told = flat(run.config)
        settings = [f"{one}={_shown(told.get(one, MISSING))}" for one in differing]
        words = ([run.trainer] if several else []) + (
            [named(settings, MOST_NAMED)] * bool(settings)
        )
        return ", ".join(words) or _("One configuration")

    return Arms(CONFIGURATION, _collected(runs, lambda run: (run.trainer, _kept(run)), name))


def _by_field(runs: Sequence[Run], by: str) -> Arms:
    field = by.removeprefix(FIELD)
    if not any(field in flat(run.config) for run in runs):
        told = _("None of these runs has a setting %(field)s: choose one that they have.")
        raise ArmsError(told % {"field": field})

    def value(run: Run) -> Any:
        return flat(run.config).get(field, MISSING)

    def name(run: Run) -> str:
        return f"{field}={_shown(value(run))}"

    return Arms(by, _collected(runs, lambda run: _exactly(value(run)), name))


def _by_hand(runs: Sequence[Run], by: str) -> Arms:
    chosen = by.split(",")
    if len(chosen) != len(runs) or not all(one == NONE or one.isdecimal() for one in chosen):
        told = _("Give an arm's number, or - for none, for each of the %(count)s runs.")
        raise ArmsError(told % {"count": len(runs)})
    numbers = sorted({int(one) for one in chosen if one != NONE})
    if not numbers:
        raise ArmsError(_("Put at least one run into an arm."))
    if numbers[-1] >= len(runs):
        raise ArmsError(_("The arms are numbered from 0; there are no more of them than runs."))
    arms = [
        Arm(n, _("Arm %(letter)s") % {"letter": letter(n)}, _chosen(runs, chosen, n))
        for n in numbers
    ]
    return Arms(by, arms, _chosen(runs, chosen, None))


def letter(number: int) -> str:
    """A, B, C …, after Z with a number: A1, B1."""
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")


def _chosen(runs: Sequence[Run], chosen: Sequence[str], number: int | None) -> list[Run]:
    wanted = NONE if number is None else str(number)
    return [
        run
        for run, one in zip(runs, chosen, strict=True)
        if (one if one == NONE else str(int(one))) == wanted
    ]


def _collected(
    runs: Sequence[Run], key: Callable[[Run], Any], name: Callable[[Run], str]
) -> list[Arm]:
    by_key: dict[Any, list[Run]] = {}
    for run in runs:
        by_key.setdefault(key(run), []).append(run)
    return [Arm(number, name(held[0]), held) for number, held in enumerate(by_key.values())]


def _kept(run: Run) -> str:
    config = {name: value for name, value in run.config.items() if name != SEED}
    return json.dumps(config, sort_keys=True)


def _differing(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    told = [flat(config) for config in configs]
    names = dict.fromkeys(name for one in told for name in one if name != SEED)
    return [n for n in names if len({_exactly(one.get(n, MISSING)) for one in told}) > 1]


def _exactly(value: Any) -> str:
    return repr(value) if value is MISSING else json.dumps(value, sort_keys=True)


def _shown(value: Any) -> str:
    if value is MISSING:
        return "–"
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
