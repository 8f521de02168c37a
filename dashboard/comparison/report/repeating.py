"""How to repeat a study without a server: the code, the configuration, each run's command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from dashboard.comparison.conclusion import Conclusion
from dashboard.comparison.models import Arm, Study
from dashboard.comparison.report.blocks import Block, Code, Text
from dashboard.runs.models import Run
from dashboard.runs.origin import edits

PYTHON = ".venv/bin/python"  # the environment that manage.py makes
CONFIG = "study.json"
EDITS = "edits.diff"


def repeat(found: Conclusion) -> list[Block]:
    """The configuration once, then the commands of each arm with what it changes."""
    study = found.study
    blocks: list[Block] = list(_code(study))
    blocks += [Text(_("Save as %(file)s:") % {"file": CONFIG}), Code(_written(study.config))]
    for arm, side in zip(study.arms.all(), found.sides, strict=True):
        blocks.append(Text(f"{arm.name}:"))
        if not _fits_a_command(arm.patch):
            told = _("Save as %(file)s:") % {"file": _own_file(arm)}
            blocks += [Text(told), Code(_written({**study.config, **arm.patch}))]
        seeds = dict.fromkeys(outcome.seed for outcome in side.outcomes)
        blocks.append(Code("\n".join(_command(study, arm, seed) for seed in seeds)))
    return blocks


def _code(study: Study) -> Iterator[Block]:
    """Which commit, as the first run that took it down says; the ledger tells where runs differ."""
    runs = Run.objects.filter(memberships__arm__study=study).exclude(snapshot={})
    first = runs.order_by("memberships__place").first()
    git = first.snapshot.get("git") if first and isinstance(first.snapshot, dict) else None
    if first is None or not isinstance(git, dict) or "commit" not in git:
        return
    yield Text(_("In a checkout of commit %(commit)s:") % {"commit": git["commit"]})
    if told := edits(first):
        yield Text(_("With these edits, saved as %(file)s:") % {"file": EDITS})
        yield Code(told)
        yield Code(f"git apply {EDITS}")
    elif git.get("dirty"):
        yield Text(
            _("What was edited since and not committed is not kept: %(files)s.")
            % {"files": ", ".join(map(str, git.get("changed", ()))) or "?"}
        )


def _command(study: Study, arm: Arm, seed: int) -> str:
    fits = _fits_a_command(arm.patch)
    changed = [f"{name}={_text(value)}" for name, value in arm.patch.items()] if fits else []
    words = [PYTHON, "-m", "trainers", study.trainer]
    words += ["--config", CONFIG if fits else _own_file(arm)]
    words += [word for one in changed for word in ("--set", one)]
    words += ["--run-dir", f"arm-{arm.place}-seed-{seed}", "--seed", str(seed)]
    return shlex.join(words)


def _own_file(arm: Arm) -> str:
    return f"arm-{arm.place}.json"


def _fits_a_command(patch: Mapping[str, Any]) -> bool:
    """--set takes text: numbers, switches, and words without space around them."""
    return all(
        value == value.strip() if isinstance(value, str) else isinstance(value, int | float)
        for value in patch.values()
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _written(config: Mapping[str, Any]) -> str:
    return json.dumps(config, indent=1, ensure_ascii=False)
