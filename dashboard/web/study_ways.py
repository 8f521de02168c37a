"""The ways to a study: two runs that are there, a run's verdict, a run, a trainer's preset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from dashboard.comparison import trials
from dashboard.comparison.definition import Definition, StudyError
from dashboard.comparison.existing import from_runs
from dashboard.comparison.models import Design, Study
from dashboard.comparison.opening import open_study, patch_of
from dashboard.comparison.plan import Plan, parts_of_fix, taken_apart
from dashboard.comparison.queueing import add_seeds
from dashboard.comparison.who import Who
from dashboard.runs.models import Run
from dashboard.web import study_settings
from dashboard.web.choosing import listed
from trainers.catalog import TRAINERS
from trainers.config import complete


@dataclass(frozen=True)
class Way:
    """before, after: runs that are there; else config, on which new runs are made.

    run, rule: whose verdict asks; patch: what is offered to be changed; note: why there is none;
    design: what the form begins with;
    base: before the launch page's settings were typed over it; typed: what they changed, in both
    arms; refused: what the trainer says against them, by setting.
    """

    trainer: str
    title: str = ""
    before: Sequence[Run] = ()
    after: Sequence[Run] = ()
    run: Run | None = None
    rule: str = ""
    preset: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    patch: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    design: str = Design.COMPARE
    project: str = "default"
    base: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> list[Run]:
        """Those that are there."""
        return [*self.before, *self.after]

    @property
    def diff(self) -> list[dict[str, Any]]:
        """The offered change, by line."""
        return _lines(self.config, self.patch)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """What was typed for both arms, by line."""
        return _lines(self.base, self.typed)


def way(asked: QueryDict) -> Way | None:
    """None where the address says nothing of where the study comes from. Http404: unknown names."""
    if asked.get("a") or asked.get("b"):
        return _of_runs(runs(asked.getlist("a")), runs(asked.getlist("b")))
    if run := asked.get("run"):
        return _of_run(runs([run])[0], asked)
    if trainer := asked.get("trainer"):
        return _of_trainer(trainer, asked)
    return None


@transaction.atomic
def opened(way: Way, asked: Definition, typed: Mapping[str, Any], who: Who) -> Study:
    """typed: seeds, and for new runs patch and design. ConfigError: what is not right."""
    if way.after:
        study = from_runs(asked, way.before, way.after, who)
        if typed["seeds"]:
            add_seeds(study, typed["seeds"], who)
        return study
    return open_study(asked, _plan(way, typed), who)


def _plan(way: Way, typed: Mapping[str, Any]) -> Plan:
    """The run itself is asked again under its seed and not counted: it was picked for its look."""
    parts = parts_of_fix(way.trainer, _as_kept(way, typed["patch"]))
    design = typed["design"] if len(parts) > 1 else Design.COMPARE
    return Plan(
        trainer=way.trainer,
        arms=taken_apart(parts, design),
        design=design,
        parts=parts,
        seeds=typed["seeds"],
        config=way.config,
        project=typed["project"],
        rule=way.rule,
        source=way.run,
        first_seed=way.run.seed if way.run else 0,
    )


def _as_kept(way: Way, patch: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the trainer's configuration holds them: 1 of a float is 1.0."""
    if way.trainer not in TRAINERS:
        raise StudyError({"trainer": TRAINERS.unknown(way.trainer)})
    whole = complete(TRAINERS[way.trainer], "", {**way.config, **patch}).model_dump(mode="json")
    return {name: whole[name] for name in patch}


def _of_runs(before: Sequence[Run], after: Sequence[Run]) -> Way:
    if not before or not after:
        raise Http404(_("A study of runs that are there needs both: ?a=<run>&b=<run>."))
    title = _("%(after)s against %(before)s") % {"after": after[0].name, "before": before[0].name}
    return Way(before[0].trainer, title[:200], before, after, config=before[0].config)


def _of_run(run: Run, asked: QueryDict) -> Way:
    rule, offered, note = asked.get("rule", ""), study_settings.read(asked, "patch"), ""
    if rule and not offered:
        offered, note = _fix(run, rule)
    title = _("Does it help %(name)s?") % {"name": run.name}
    if run.trainer not in TRAINERS:
        refused = {"trainer": TRAINERS.unknown(run.trainer)}
        return Way(run.trainer, title[:200], run=run, rule=rule, refused=refused)
    design = asked.get("design", "")
    way = Way(
        run.trainer,
        title[:200],
        run=run,
        rule=rule,
        patch=offered,
        note=note,
        design=design if design in Design.values else Design.COMPARE,
    )
    return _with_settings(way, trials.before(run), asked, run.project.name)


def _fix(run: Run, rule: str) -> tuple[dict[str, Any], str]:
    """What the verdict would change, or why it names nothing."""
    try:
        return patch_of(run, rule), ""
    except StudyError as error:
        if "rule" in error.errors:
            raise Http404(error.errors["rule"]) from error
        return {}, _("The verdict names no change of this configuration: type one.")


def _of_trainer(name: str, asked: QueryDict) -> Way:
    if name not in TRAINERS:
        raise Http404(_("There is no trainer %(name)s.") % {"name": name})
    trainer, preset = TRAINERS[name], asked.get("preset", "")
    if preset and preset not in trainer.presets:
        raise Http404(_("There is no preset %(name)s.") % {"name": preset})
    base = complete(trainer, preset, {}).model_dump(mode="json")
    known = {fix.name: fix.patch for fix in trainer.fixes}
    patch = study_settings.read(asked, "patch")
    for fix in asked.getlist("fix"):
        if fix not in known:
            raise Http404(_("There is no fix %(name)s.") % {"name": fix})
        patch |= known[fix]
    return _with_settings(Way(name, preset=preset, patch=patch), base, asked, "default")


def _with_settings(way: Way, base: Mapping[str, Any], asked: QueryDict, project: str) -> Way:
    """The configuration of both arms: `base`, with what ?config=<json> changes of it."""
    settings = study_settings.read(asked, "config")
    changed, refused = study_settings.changed(TRAINERS[way.trainer], base, settings)
    return replace(
        way,
        base=base,
        settings=settings,
        typed=changed,
        config={**base, **changed},
        refused=refused,
        project=asked.get("project", "") or project,
    )


def _lines(config: Mapping[str, Any], patch: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": n, "old": config.get(n), "new": new} for n, new in patch.items()]


def runs(values: Sequence[str]) -> list[Run]:
    ids = listed(values)
    found = Run.objects.select_related("project").in_bulk(ids)
    for run_id in ids:
        if run_id not in found:
            raise Http404(_("There is no run %(id)s.") % {"id": run_id})
    return [found[run_id] for run_id in ids]
