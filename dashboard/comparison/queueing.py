"""Queue a study's runs: the first ones, and more seeds of each arm."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from dashboard.comparison.definition import StudyError
from dashboard.comparison.models import Arm, Member, Study
from dashboard.comparison.order import interleaved, seeds_after
from dashboard.comparison.reading import ended, members
from dashboard.comparison.who import Who
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.training.launching import launch

MOST_SEEDS = 100  # that are added at once, an arm
MOST_RUNS = 400  # that are queued at once
LONGEST_NAME = 200
LONGEST_ARM = 120  # of it


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
    check_count(count, study.arms.count())
    seeds = seeds_after([member.seed for member in held], count, first)
    return queue(study, seeds, who, priority)


def queue(study: Study, seeds: Sequence[int], who: Who, priority: int) -> list[Run]:
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
    if study.source_id:
        lifecycle.touch([study.source_id])  # its page tells of the study
    return [run for _, run in made]


def check_count(seeds: int, arms: int) -> None:
    if not 1 <= seeds <= MOST_SEEDS:
        told = gettext("A study takes 1 to %(most)s seeds of each arm at once (got %(seeds)s).")
        raise StudyError({"seeds": told % {"most": MOST_SEEDS, "seeds": seeds}})
    if seeds * arms > MOST_RUNS:
        told = gettext(
            "%(seeds)s seeds of %(arms)s arms are more than %(most)s runs: give fewer seeds now,"
            " and add more later."
        )
        raise StudyError({"seeds": told % {"seeds": seeds, "arms": arms, "most": MOST_RUNS}})


def _launch(study: Study, arm: Arm, seed: int, who: Who, priority: int) -> Run:
    """Quiet: half of the runs are there to show what is wrong. The study tells its answer."""
    ending = f" · {arm.name[:LONGEST_ARM]} · {seed}"
    return launch(
        study.trainer,
        config={**study.config, **arm.patch},
        name=study.title[: LONGEST_NAME - len(ending)] + ending,
        project=study.project.name,
        seed=seed,
        priority=priority,
        note=study.hypothesis,
        quiet=True,
        user=who.user,
    )


def _set_baselines(first: Arm, made: Sequence[tuple[Arm, Run]]) -> None:
    """Each run's baseline is the one of its seed in the first arm."""
    before = {run.seed: run for arm, run in made if arm.pk == first.pk}
    for arm, run in made:
        if arm.pk != first.pk:
            run.baseline = before[run.seed]
            run.save(update_fields=["baseline"])
