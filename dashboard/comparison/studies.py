"""Open a study, add seeds, change its question, explain a difference. Answers: conclusion.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.timezone import now

from dashboard.comparison import definition as definitions
from dashboard.comparison.attribution import Part, Planned, factorial, leave_one_out
from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import Definition, StudyError
from dashboard.comparison.ledger import differences
from dashboard.comparison.models import Arm, Change, Design, Member, Study
from dashboard.comparison.order import interleaved, seeds_after
from dashboard.comparison.reading import ended, members
from dashboard.health.models import Examination
from dashboard.runs.models import Project, Run
from dashboard.training.launching import launch
from trainers.catalog import BUILT_IN, TRAINERS
from trainers.config import ConfigError, complete

MOST_SEEDS = 100  # that are added at once, an arm
MOST_RUNS = 400  # that are queued at once
MOST_ARMS = 16
LONGEST_NAME = 200


@dataclass(frozen=True)
class Who:
    """by: a person's name, or a token's; user: whose runs they are."""

    by: str
    user: User | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is launched. config: complete or not, on top of the preset; paired None: as the trainer
    allows; rule, source: the verdict that asked for it.
    """

    trainer: str
    arms: Sequence[Planned]
    seeds: int
    preset: str = ""
    config: Mapping[str, Any]
    project: str = "default"
    paired: bool | None = None
    design: str = Design.COMPARE
    parts: Sequence[Part] = ()
    rule: str = ""
    source: Run | None = None
    first_seed: int = 0
    priority: int = 0


@transaction.atomic
def open_study(asked: Definition, plan: Plan, who: Who) -> Study:
    """Keep the question, then queue its runs, the arms by turns.

    ConfigError: a configuration that the trainer refuses. StudyError: arms or seeds that cannot be.
    disk.NoRoom: the app's disk is full.
    """
    config = _checked(plan)
    project, _ = Project.objects.get_or_create(name=plan.project)
    study = Study.objects.create(
        project=project,
        trainer=plan.trainer,
        config=config,
        design=plan.design,
        parts=[{"name": part.name, "patch": dict(part.patch)} for part in plan.parts],
        paired=plan.trainer in BUILT_IN if plan.paired is None else plan.paired,
        rule=plan.rule,
        source=plan.source,
        created_by=who.by,
        **asked.kept,
    )
    _make_arms(study, plan.arms)
    _queue(study, seeds_after([], plan.seeds, plan.first_seed), who, plan.priority)
    return study


def before_and_after(patch: Mapping[str, Any]) -> list[Planned]:
    """The two arms of a fix."""
    names = tuple(patch)
    return [Planned("before", {}, ()), Planned("after", dict(patch), names)]


def taken_apart(parts: Sequence[Part], design: str) -> list[Planned]:
    """The arms that tell which part of a fix does it. StudyError: too many parts."""
    if design == Design.COMPARE:
        return before_and_after({k: v for part in parts for k, v in part.patch.items()})
    try:
        return leave_one_out(parts) if design == Design.LEAVE_ONE_OUT else factorial(parts)
    except ValueError as error:
        raise StudyError({"parts": str(error)}) from error


def from_verdict(
    run: Run, rule: str, asked: Definition, who: Who, *, patch: Mapping[str, Any], seeds: int
) -> Study:
    """Try a verdict's patch, which may have been edited, on the run that had the verdict.

    The run itself is asked again under the same seed and not counted: it was picked because it
    looked bad, and a second try of such a run looks better by chance alone.
    """
    plan = Plan(
        trainer=run.trainer,
        arms=before_and_after(patch),
        seeds=seeds,
        config=run.config,
        project=run.project.name,
        parts=[Part(name, {name: value}) for name, value in patch.items()],
        rule=rule,
        source=run,
        first_seed=run.seed,
    )
    return open_study(asked, plan, who)


def patch_of(run: Run, rule: str) -> dict[str, Any]:
    """What the rule's verdict on this run would change. StudyError: no verdict, or no change."""
    examination = Examination.objects.filter(run=run).first()
    verdicts = examination.verdicts if examination else []
    patch = next((dict(v["patch"]) for v in verdicts if v["rule"] == rule), None)
    if patch is None:
        raise StudyError({"rule": f"no verdict of {rule!r} on this run"})
    if not patch:
        raise StudyError({"patch": f"{rule} names no change of this configuration: give one"})
    return patch


@transaction.atomic
def from_runs(asked: Definition, before: Sequence[Run], after: Sequence[Run], who: Who) -> Study:
    """A study of runs that are there. What differs in their configurations is taken as intended.

    It is marked as asked afterwards: whoever has seen the runs can pick the question that they
    answer well. StudyError: no runs, one run in both arms, or runs of different trainers.
    """
    _check_runs(before, after)
    first, last = before[0], after[0]
    patch = _difference(first, last)
    study = Study.objects.create(
        project=first.project,
        trainer=first.trainer,
        config=first.config,
        parts=[{"name": name, "patch": {name: value}} for name, value in patch.items()],
        paired=_same_seeds(before, after),
        afterwards=ended([*before, *after]),
        created_by=who.by,
        **asked.kept,
    )
    arms = _make_arms(study, before_and_after(patch))
    for arm, runs in zip(arms, (before, after), strict=True):
        for place, run in enumerate(runs):
            Member.objects.create(arm=arm, run=run, run_name=run.name, seed=run.seed, place=place)
    return study


@transaction.atomic
def add_seeds(study: Study, count: int, who: Who, *, priority: int = 0) -> list[Run]:
    """Queue `count` more runs of each arm. Later answers are stricter once one may have been seen.

    StudyError: too many; ConfigError: the trainer is gone, or refuses the configuration by now.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    held = members(study)
    if ended([member.run for member in held if member.run]):
        study.look += 1
        study.save(update_fields=["look"])
    first = min((member.seed for member in held), default=0)
    _check_count(count, study.arms.count())
    seeds = seeds_after([member.seed for member in held], count, first)
    return _queue(study, seeds, who, priority)


@transaction.atomic
def change(study: Study, who: Who, **changes: Any) -> list[Change]:
    """Change the question. Each change is kept, and whether runs had started by then.

    StudyError: an unknown field, or a value that is not right.
    """
    if unknown := set(changes) - set(definitions.NAMES):
        known = ", ".join(definitions.NAMES)
        raise StudyError(dict.fromkeys(unknown, f"cannot be changed; these can: {known}"))
    study = Study.objects.select_for_update().get(pk=study.pk)
    now_asked = definitions.of(study).kept
    then = Definition(**{**now_asked, **changes}).kept
    started = any(member.run is None or member.run.started_at for member in members(study))
    different = [name for name in then if then[name] != now_asked[name]]
    Study.objects.filter(pk=study.pk).update(**{name: then[name] for name in different})
    return [
        Change.objects.create(
            study=study,
            field=name,
            before=now_asked[name],
            after=then[name],
            started=started,
            by=who.by,
        )
        for name in different
    ]


@transaction.atomic
def explain(study: Study, difference: str, reason: str, who: Who) -> None:
    """Say why a difference between the arms cannot have made the effect; "" takes it back.

    StudyError: the arms do not differ in that, so far.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if reason.strip():
        _check_difference(study, difference)
        told = {"reason": reason.strip(), "by": who.by, "at": now().isoformat()}
        study.explanations[difference] = told
    else:
        study.explanations.pop(difference, None)
    study.save(update_fields=["explanations"])


def _check_difference(study: Study, name: str) -> None:
    there = {row.name for one in conclude(study).comparisons for row in one.ledger}
    if name not in there:
        known = ", ".join(sorted(there)) or "none so far"
        raise StudyError({"difference": f"the arms do not differ in {name!r}; they do in: {known}"})


def _checked(plan: Plan) -> dict[str, Any]:
    """The complete configuration of the first arm; each arm's must be one, too."""
    if plan.trainer not in TRAINERS:
        raise ConfigError({"trainer": TRAINERS.unknown(plan.trainer)})
    if not 2 <= len(plan.arms) <= MOST_ARMS:
        raise StudyError({"arms": f"two to {MOST_ARMS} (got {len(plan.arms)})"})
    _check_count(plan.seeds, len(plan.arms))
    whole = [_complete(plan, arm.patch) for arm in plan.arms]
    for place, arm in enumerate(plan.arms):
        if whole[place] in whole[:place]:
            told = f"{arm.name} changes nothing: another arm has the same configuration"
            raise StudyError({"patch": told})
    return _complete(plan, {})


def _complete(plan: Plan, patch: Mapping[str, Any]) -> dict[str, Any]:
    chosen = complete(TRAINERS[plan.trainer], plan.preset, {**plan.config, **patch})
    return chosen.model_dump(mode="json")


def _check_count(seeds: int, arms: int) -> None:
    if not 1 <= seeds <= MOST_SEEDS:
        raise StudyError({"seeds": f"1 to {MOST_SEEDS} of each arm (got {seeds})"})
    if seeds * arms > MOST_RUNS:
        raise StudyError({"seeds": f"{seeds} x {arms} arms are more than {MOST_RUNS} runs"})


def _check_runs(before: Sequence[Run], after: Sequence[Run]) -> None:
    if not before or not after:
        raise StudyError({"runs": "each arm needs at least one run"})
    names = [run.pk for run in (*before, *after)]
    if len(set(names)) < len(names):
        raise StudyError({"runs": "a run stands in one arm, and once"})
    trainers = sorted({run.trainer for run in (*before, *after)})
    if len(trainers) > 1:
        told = f"runs of different trainers have no configuration in common: {', '.join(trainers)}"
        raise StudyError({"runs": told})


def _difference(before: Run, after: Run) -> dict[str, Any]:
    """The fields of `after` whose values `before` does not have."""
    names = {entry.name.split(".")[0] for entry in differences([before.config, after.config])}
    return {name: after.config[name] for name in after.config if name in names}


def _same_seeds(before: Sequence[Run], after: Sequence[Run]) -> bool:
    one, other = (sorted(run.seed for run in runs) for runs in (before, after))
    return one == other and len(set(one)) == len(one)


def _make_arms(study: Study, planned: Sequence[Planned]) -> list[Arm]:
    return [
        Arm.objects.create(
            study=study, place=place, name=one.name, patch=one.patch, parts=list(one.parts)
        )
        for place, one in enumerate(planned)
    ]


def _queue(study: Study, seeds: Sequence[int], who: Who, priority: int) -> list[Run]:
    """The arms by turns, so that a machine that drifts favours none."""
    arms = list(study.arms.all())
    place = Member.objects.filter(arm__study=study).count()
    made = []
    for number, (arm, seed) in enumerate(interleaved(arms, seeds)):
        run = _launch(study, arm, seed, who, priority)
        made.append((arm, run))
        Member.objects.create(
            arm=arm, run=run, run_name=run.name, seed=seed, place=place + number, look=study.look
        )
    _set_baselines(arms[0], made)
    return [run for _, run in made]


def _launch(study: Study, arm: Arm, seed: int, who: Who, priority: int) -> Run:
    ending = f" · {arm.name} · {seed}"
    return launch(
        study.trainer,
        config={**study.config, **arm.patch},
        name=study.title[: LONGEST_NAME - len(ending)] + ending,
        project=study.project.name,
        seed=seed,
        priority=priority,
        note=study.hypothesis,
        user=who.user,
    )


def _set_baselines(first: Arm, made: Sequence[tuple[Arm, Run]]) -> None:
    """Each run's baseline is the one of its seed in the first arm."""
    before = {run.seed: run for arm, run in made if arm.pk == first.pk}
    for arm, run in made:
        if arm.pk != first.pk:
            run.baseline = before[run.seed]
            run.save(update_fields=["baseline"])
