"""What a run was made of, and its baseline, read from the database for the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.health.baseline import Baseline, Primary
from dashboard.health.models import Examination
from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.runs.origin import origin as made_of
from trainers.catalog import TRAINERS
from trainers.config import Trainer


def origin(run: Run) -> dict[str, Any]:
    """Trainer, seed, and what else the rules look at; "" for what was not told."""
    told = made_of(run)
    code, packages, data = (told.get(part, {}) for part in ("code", "packages", "data"))
    return {
        "trainer": run.trainer,
        "seed": run.seed,
        "commit": code.get("commit", ""),
        "edits": code.get("diff_sha256", ""),
        "data": data.get("snapshot", ""),
        "device": told.get("device", ""),
        "python": told.get("python", ""),
        "torch": packages.get("torch", ""),
    }


def baseline(run: Run) -> Baseline | None:
    """The run's baseline with the verdicts that were kept of it; None where it has none.

    Costs two short questions and the baseline's row.
    """
    if run.baseline_id is None:
        return None
    other = Run.objects.filter(pk=run.baseline_id, purged_at__isnull=True).first()
    if other is None:
        return None
    kept = Examination.objects.filter(run=other).first()
    deciding = primary(other.trainer)
    return Baseline(
        name=other.name,
        trainer=other.trainer,
        over=not other.is_live,
        step=kept.step if kept else 0,
        config=completed(other.trainer, other.config),
        facts=other.facts,
        origin=origin(other),
        verdicts={verdict["rule"]: verdict for verdict in kept.verdicts} if kept else {},
        reached=_reached(other.pk, deciding.name) if deciding else None,
        together=together(TRAINERS[other.trainer]) if other.trainer in TRAINERS else (),
    )


def primary(trainer: str) -> Primary | None:
    known = TRAINERS.get(trainer)
    if known is None or not known.primary:
        return None
    return Primary(known.primary, known.primary_metric.direction)


def completed(trainer: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration, with the defaults of fields that came after it was made."""
    known = TRAINERS.get(trainer)
    defaults = known.config().model_dump(mode="json") if known else {}
    return {**defaults, **config}


def together(trainer: Trainer) -> tuple[frozenset[str], ...]:
    """Settings that one fault's fix changes together, so that they are one change.

    A fix that holds another one whole is several changes, and is left out.
    """
    joint = [frozenset({*fix.patch, *_fault(trainer, fix.name)}) for fix in trainer.fixes]
    return tuple(one for one in joint if not _holds_another(one, joint))


def _fault(trainer: Trainer, name: str) -> Iterable[str]:
    """What the preset that has just this fault sets."""
    named = (preset for preset in (name, f"fault_{name}") if preset in trainer.presets)
    return next((trainer.presets[preset].values for preset in named), ())


def _holds_another(one: frozenset[str], joint: Iterable[frozenset[str]]) -> bool:
    return any(other < one for other in joint)


def _reached(run_id: str, name: str) -> float | None:
    summary = store.summaries([run_id])[run_id].get(name)
    return summary.last if summary else None
