"""One run: what it is, how it goes, whether it is well, what it printed, what it was made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.comparison.trials import trials_of
from dashboard.health.examination import examine
from dashboard.health.labelling import Unfit, label
from dashboard.health.wording import told
from dashboard.metrics import store
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.runs.origin import edits
from dashboard.storage import trash
from dashboard.training import queue
from dashboard.web import asked_studies, live, samples, trials
from dashboard.web.meanings import meanings
from dashboard.web.progress import progress
from dashboard.web.queue_words import why
from dashboard.web.stopping import stopping
from dashboard.web.verdicts import verdicts_of
from trainers.catalog import TRAINERS

TABS = {
    "overview": gettext_lazy("Overview"),
    "curves": gettext_lazy("Curves"),
    "samples": gettext_lazy("Samples"),
    "verdicts": gettext_lazy("Verdicts"),
    "log": gettext_lazy("Log"),
    "system": gettext_lazy("System"),
    "configuration": gettext_lazy("Configuration"),
}


def page(request: HttpRequest, run_id: str) -> HttpResponse:
    everything = Run.objects.select_related("project", "examination", "baseline", "launched_by")
    run = get_object_or_404(everything, pk=run_id)
    if request.method == "POST":
        return _act(request, run)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in TABS else "overview"
    place = queue.place(run)
    related = _family(run)

    def answer() -> HttpResponse:
        context = {
            "run": run,
            "tab": tab,
            "tabs": TABS,
            "trainer": TRAINERS.get(run.trainer),
            "meanings": meanings([run.trainer]),
            "waits": place,
            "why": why(place) if place else "",
            "leaves_at": trash.leaves_at(run),
            "failure": told(run.failure_told) if run.failure_told else run.failure,
            "stopping": stopping(run),
        }
        return render(request, "pages/run.html", context | CONTENTS[tab](run, request.GET))

    return live.answer(request, [run, *related], answer, *([place] if place else []))


def _family(run: Run) -> list[Run]:
    """Of whom this page tells beside the run: its trials, its parent, the studies that it asked."""
    others = [one.run if one.run_id != run.pk else run.baseline for one in trials_of(run)]
    return [other for other in others if other is not None] + asked_studies.runs_of(run)


def _trial(run: Run) -> trials.Shown | None:
    """The verdict that this run tries to clear, and what came of it."""
    own = [one for one in trials_of(run) if one.run_id == run.pk]
    return next(iter(trials.shown(own)), None)


def _overview(run: Run, asked: QueryDict) -> dict[str, Any]:
    summaries = store.summaries([run.pk])[run.pk]
    trainer = TRAINERS.get(run.trainer)
    wanted = [
        trainer.primary if trainer else "",
        "train/loss",
        "train/loss/region",
        "train/loss/global",
    ]
    charts = [name for name in dict.fromkeys(wanted) if name in summaries][:2]
    return {
        "summaries": summaries.values(),
        "progress": progress(run, summaries),
        "charts": charts,
        "found": verdicts_of(run),
        "trial": _trial(run),
        "parts": asked_studies.parts_of(run),
        "fixes": run.fixes.order_by("number"),
        "account": store.account(run.pk),
        "changes": queue.changes(run)[:3],
    }


def _curves(run: Run, asked: QueryDict) -> dict[str, Any]:
    return {}


def _verdict_tab(run: Run, asked: QueryDict) -> dict[str, Any]:
    return {"found": verdicts_of(run)}


def _log(run: Run, asked: QueryDict) -> dict[str, Any]:
    return {}


def _system(run: Run, asked: QueryDict) -> dict[str, Any]:
    return {"words": store.system_words(run.pk)}


def _configuration(run: Run, asked: QueryDict) -> dict[str, Any]:
    trainer = TRAINERS.get(run.trainer)
    fields = trainer.config.model_fields if trainer else {}
    defaults = trainer.config().model_dump(mode="json") if trainer else {}
    rows = [
        {
            "name": name,
            "title": _(title) if (title := getattr(fields.get(name), "title", "")) else "",
            "value": value,
            "default": defaults.get(name),
            "changed": name in defaults and defaults[name] != value,
        }
        for name, value in run.config.items()
    ]
    return {"config": rows, "edits": edits(run), "made_of": _made_of(run)}


def _made_of(run: Run) -> dict[str, Any]:
    """The snapshot without the edits, which are shown by themselves."""
    taken = run.snapshot if isinstance(run.snapshot, dict) else {"snapshot": run.snapshot}
    git = taken.get("git")
    if not isinstance(git, dict):
        return taken
    return {**taken, "git": {name: value for name, value in git.items() if name != "diff"}}


CONTENTS: dict[str, Callable[[Run, QueryDict], dict[str, Any]]] = {
    "overview": _overview,
    "curves": _curves,
    "samples": samples.context,
    "verdicts": _verdict_tab,
    "log": _log,
    "system": _system,
    "configuration": _configuration,
}


def _label(request: HttpRequest, run: Run) -> HttpResponse:
    """What a person says of one verdict: "RULE OPINION", and the note beside it."""
    rule, _space, opinion = request.POST["label"].rpartition(" ")
    note = request.POST.get(f"note {rule}", "").strip()
    try:
        label(run, rule, opinion, by=request.user.get_username(), note=note)
    except Unfit as unfit:
        messages.error(request, str(unfit))
    return redirect(f"{request.path}?tab=verdicts#{rule}")


def _judge(run: Run) -> bool:
    return bool(examine(run))


def _act(request: HttpRequest, run: Run) -> HttpResponse:
    if "label" in request.POST:
        return _label(request, run)
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        return HttpResponse(status=400)
    do, done, refused = action
    if do(run):
        messages.success(request, str(done))
    else:
        messages.error(request, str(refused))
    return redirect(request.get_full_path())


ACTIONS: dict[str, tuple[Callable[[Run], bool], Any, Any]] = {
    "judge": (_judge, gettext_lazy("Judged again."), ""),
    "stop": (
        lifecycle.request_stop,
        gettext_lazy("The run is asked to stop; it saves a checkpoint first."),
        gettext_lazy("There is nothing to stop: the run has ended."),
    ),
    "archive": (
        lifecycle.archive,
        gettext_lazy("Archived. It stays in the archived view, with everything it has."),
        gettext_lazy("A run can be archived once it has ended. Stop it first."),
    ),
    "restore": (
        lifecycle.restore,
        gettext_lazy("Restored."),
        gettext_lazy("This run is neither archived nor in the trash."),
    ),
    "trash": (
        lifecycle.trash,
        gettext_lazy("Moved to the trash, with everything it has."),
        gettext_lazy("A run can go to the trash once it has ended, unless it is locked."),
    ),
    "lock": (
        lifecycle.lock,
        gettext_lazy("Locked. Nobody can delete it, and retention passes it over."),
        gettext_lazy("This run is locked already."),
    ),
    "unlock": (
        lifecycle.unlock,
        gettext_lazy("Unlocked."),
        gettext_lazy("This run is not locked."),
    ),
}
