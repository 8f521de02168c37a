"""Launch a run of one trainer, from its presets or as a changed clone of an earlier run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard.runs.models import Run
from dashboard.storage import disk
from dashboard.training import refusals
from dashboard.training.launching import launch
from dashboard.web import fixes, study_settings
from dashboard.web.fields import preset_values
from dashboard.web.forms import AboutForm, ConfigForm
from trainers.catalog import TRAINERS
from trainers.config import ConfigError, Trainer, complete


@dataclass(frozen=True)
class Start:
    """What the form begins with."""

    preset: str
    base: dict[str, Any]  # against which changes are marked
    values: dict[str, Any]
    clone: Run | None


def page(request: HttpRequest, trainer: str) -> HttpResponse:
    if trainer not in TRAINERS:
        raise Http404(_("There is no trainer %(name)s.") % {"name": trainer})
    chosen = TRAINERS[trainer]
    start = _start(request, chosen)
    about = AboutForm(request.POST or None, initial=_about(request, start))
    config = ConfigForm(chosen, start.base, data=request.POST or None, initial=start.values)
    if request.method == "POST" and about.is_valid() and config.is_valid():
        run = _launched(request, chosen, about, config, start)
        if run is not None:
            return redirect(run)
    context = {
        "trainer": chosen,
        "about": about,
        "config": config,
        "start": start,
        "presets": preset_values(chosen),
        "fixes": fixes.offers(chosen, config.present(), request.GET),
        "study": _study(chosen, start, config, about),
        "refused": about.errors or config.errors,
    }
    status = 422 if context["refused"] else 200
    return render(request, "pages/launch_trainer.html", context, status=status)


def _start(request: HttpRequest, trainer: Trainer) -> Start:
    """From ?clone=<run>&patch=<json>, from ?preset=<name>, or the first preset."""
    asked = request.POST if request.method == "POST" else request.GET
    presets = preset_values(trainer)
    if clone := _clone(asked.get("clone", ""), trainer):
        known = {name: clone.config[name] for name in presets[""] if name in clone.config}
        base = presets[""] | known
        return Start(clone.preset, base, base | _changed(request, trainer), clone)
    first = next(iter(trainer.presets), "")
    preset = asked.get("preset", first)
    if preset not in presets:
        messages.error(request, _("There is no preset %(name)s.") % {"name": preset})
        preset = first
    return Start(preset, presets[preset], presets[preset] | _changed(request, trainer), None)


def _clone(run_id: str, trainer: Trainer) -> Run | None:
    if not run_id:
        return None
    run = Run.objects.filter(pk=run_id, trainer=trainer.name).first()
    if run is None:
        raise Http404(_("There is no run %(id)s of this trainer.") % {"id": run_id})
    return run


def _changed(request: HttpRequest, trainer: Trainer) -> dict[str, Any]:
    """What ?patch=<json> and ?fix=<name>&fix=<name> change."""
    known = {fix.name: dict(fix.patch) for fix in trainer.fixes}
    changed = _patch(request, trainer)
    for name in request.GET.getlist("fix"):
        if name not in known:
            messages.error(request, _("There is no fix %(name)s.") % {"name": name})
        changed |= known.get(name, {})
    return changed


def _patch(request: HttpRequest, trainer: Trainer) -> dict[str, Any]:
    """The offered change; what the trainer does not know is named and left out."""
    text = request.GET.get("patch", "")
    try:
        patch = json.loads(text) if text else {}
    except ValueError:
        patch = None
    if not isinstance(patch, dict):
        messages.error(
            request, _("The change in this address cannot be read; nothing was changed.")
        )
        return {}
    unknown = [name for name in patch if name not in trainer.config.model_fields]
    if unknown:
        text = _("This trainer has no setting %(names)s; it was left out.")
        messages.error(request, text % {"names": ", ".join(unknown)})
    return {name: value for name, value in patch.items() if name not in unknown}


def _study(trainer: Trainer, start: Start, config: ConfigForm, about: AboutForm) -> str:
    """The query of the form that studies a change of what this form holds."""
    preset = {"trainer": trainer.name, "preset": start.preset}
    origin = {"run": start.clone.pk} if start.clone else preset
    return study_settings.address(origin, config, str(about["project"].value() or ""))


def _about(request: HttpRequest, start: Start) -> dict[str, Any]:
    """?project=<name> is where it goes, else where the cloned run is."""
    run = start.clone
    project = request.GET.get("project") or (run.project.name if run else "default")
    changes = _changes(start)
    if run is None:
        return {"project": project, "priority": 0, "note": "\n".join(changes)}
    return {
        "name": f"{run.name[:190]}-{'fix' if changes else 'again'}",
        "project": project,
        "tags": ", ".join(run.tags),
        "seed": run.seed,
        "priority": run.priority,
        "stop_when_fatal": run.stop_when_fatal,
        "note": "\n".join(changes),
    }


def _changes(start: Start) -> list[str]:
    names = (name for name in start.values if start.values[name] != start.base[name])
    return [f"{name}: {start.base[name]} → {start.values[name]}" for name in names]


def _launched(
    request: HttpRequest, trainer: Trainer, about: AboutForm, config: ConfigForm, start: Start
) -> Run | None:
    """The run; None where the trainer refused a value, which then stands beside its field."""
    values = config.cleaned_data
    try:
        chosen = complete(trainer, "", values).model_dump(mode="json")
        same = chosen == preset_values(trainer).get(start.preset)
        preset = start.preset if same else ""
        said = about.cleaned_data
        user = request.user if request.user.is_authenticated else None
        return launch(
            trainer.name, preset=preset, config=values, baseline=start.clone, user=user, **said
        )
    except ConfigError as error:
        for name, message in refusals.told(error).items():
            config.add_error(name if name in config.fields else None, message)
    except disk.NoRoom as error:
        config.add_error(None, str(error))
    return None
