"""Making a run and waking a worker for it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from kombu.exceptions import OperationalError
from redis import RedisError

from dashboard.runs.models import Project, Run
from dashboard.storage import disk
from dashboard.training.broker import redis_client
from dashboard.training.tasks import work
from trainers.catalog import TRAINERS
from trainers.config import ConfigError, complete

logger = logging.getLogger(__name__)


def launch(
    trainer: str,
    *,
    preset: str = "",
    config: Mapping[str, Any] | None = None,
    name: str = "",
    project: str = "default",
    tags: Sequence[str] = (),
    seed: int | None = None,
    priority: int = 0,
    note: str = "",
    baseline: Run | None = None,
    stop_when_fatal: bool = False,
    quiet: bool = False,
    user: User | None = None,
) -> Run:
    """Queue a run of `trainer` with the preset's values, changed by `config`.

    stop_when_fatal: a verdict after which training is wasted stops it (dashboard.notices.fatal).
    quiet: people are not told of its verdicts, though they are judged and shown.

    ConfigError: an unknown trainer, preset or field, or a value that is out of range.
    disk.NoRoom: the app's disk is full.
    """
    if trainer not in TRAINERS:
        raise ConfigError({"trainer": no_trainer(trainer)})
    disk.make_sure_of_room()
    chosen = complete(TRAINERS[trainer], preset, config or {})
    with transaction.atomic():
        home = _project(project)
        number = _next_number(home)
        run = Run.objects.create(
            project=home,
            number=number,
            name=name or f"{trainer}-{preset or 'custom'}-{number}",
            trainer=trainer,
            preset=preset,
            config=chosen.model_dump(mode="json"),
            seed=secrets.randbelow(2**31) if seed is None else seed,
            tags=list(tags),
            note=note,
            priority=priority,
            processes=getattr(chosen, "processes", 1),
            baseline=baseline,
            stop_when_fatal=stop_when_fatal,
            quiet=quiet,
            launched_by=user,
        )
        transaction.on_commit(wake)
    return run


def no_trainer(name: str) -> str:
    """That there is none of this name, and which there are."""
    told = gettext("There is no trainer %(name)s; there are: %(known)s.")
    return told % {"name": name, "known": ", ".join(TRAINERS)}


def wake() -> bool:
    """Tell the workers that there is work. False without Redis: housekeeping tells them later."""
    try:
        redis_client().ping()  # fails at once, where sending would try again for seconds
        work.apply_async(retry=False, expires=3600)
    except (RedisError, OperationalError) as error:
        logger.warning("no wake-up sent (%s); housekeeping will send it once Redis is back", error)
        return False
    return True


def _project(name: str) -> Project:
    project, _ = Project.objects.get_or_create(name=name)
    return Project.objects.select_for_update().get(pk=project.pk)


def _next_number(project: Project) -> int:
    newest = project.runs.aggregate(newest=Max("number"))["newest"]
    return max(int(newest or 0), project.last_number) + 1
