"""python manage.py backtest PROJECT --set RULE.THRESHOLD=VALUE: try thresholds on past runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.health import backtest, choosing
from dashboard.health.agreement import Agreement
from dashboard.health.choosing import Refused
from dashboard.health.figures import percent
from dashboard.health.outcome import Outcome, outcome
from dashboard.health.wording import told
from dashboard.runs.models import Project
from dashboard.search.replayed import Unread, replayed


class Command(BaseCommand):
    help = "Replay a project's past runs under other thresholds: which verdicts would flip."

    def add_arguments(self, parser: CommandParser) -> None:
        most, usual = backtest.MOST_RUNS, backtest.USUAL_RUNS
        parser.add_argument("project")
        parser.add_argument(
            "--set", action="append", required=True, metavar="RULE.THRESHOLD=VALUE", dest="changes"
        )
        parser.add_argument("--runs", type=int, default=usual, help=f"the newest, up to {most}")
        parser.add_argument("--query", default="", help="of these, the ones that fit")
        parser.add_argument("--use", metavar="WHY", help="let them hold in the project afterwards")
        parser.add_argument("--by", default="manage.py", help="who says so")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(name=options["project"]).first()
        if project is None:
            raise CommandError(f"there is no project {options['project']}")
        changes = _changes(options["changes"])
        values = choosing.changed(choosing.in_force(project.pk).values, changes)
        try:
            runs = replayed(project, options["runs"], options["query"])
            made = backtest.open_one(
                project, values, runs, by=options["by"], query=options["query"]
            )
            while left := backtest.go_on(made):
                self.stderr.write(f"{left} runs are left")
            self._tell(outcome(made))
            if options["use"] is not None:
                choice = backtest.use(made, by=options["by"], note=options["use"])
                self.stdout.write(f"saved as version {choice.version}")
        except (Refused, Unread) as error:
            raise CommandError(_reason(error)) from error

    def _tell(self, found: Outcome) -> None:
        for flip in found.flips:
            self.stdout.write(
                f"{flip.run_id}  {flip.name}  {flip.rule}: {flip.before} -> {flip.after}"
            )
        for replay in found.failed:
            self.stdout.write(
                f"{replay.run_id}  {replay.name}  not replayed: {told(replay.problem)}"
            )
        self.stdout.write(
            f"{len(found.flips)} verdicts flip, {found.kept} stay;"
            f" {len(found.replayed)} runs in {found.seconds:.1f} s"
        )
        self.stdout.write(f"labels before: {_agreement(found.before)}")
        self.stdout.write(f"labels after:  {_agreement(found.after)}")


def _changes(texts: list[str]) -> dict[str, dict[str, Any]]:
    changes: dict[str, dict[str, Any]] = {}
    for text in texts:
        place, _equals, value = text.partition("=")
        rule, _dot, name = place.partition(".")
        changes.setdefault(rule, {})[name] = _number(value)
    return changes


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _agreement(side: Agreement) -> str:
    if not side.compared:
        return "none"
    low, high = side.interval
    few = "" if side.is_enough else ", too few to prefer either by them"
    told_ = f"{side.agreeing} of {side.compared} agree (95 %: {percent(low)} to {percent(high)})"
    return told_ + few


def _reason(error: Refused | Unread) -> str:
    if isinstance(error, Unread) or not error.faults:
        return str(error.why if isinstance(error, Refused) else error)
    return "; ".join(f"{rule}.{name}: {why}" for (rule, name), why in error.faults.items())
