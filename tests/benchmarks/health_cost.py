"""What judging a live run costs: python -m tests.benchmarks.health_cost

By hand, on a quiet machine. Runs that have logged forty metrics ten times a second for an hour and
for ten, in an SQLite store as `manage.py serve` keeps it, go on for ten minutes of a clock of our
own: posts of six lines each 0.6 s, as a runner sends them, and what judging does after each. Twice,
on copies of one store and each in a process of its own: by reading the whole run at every look, as
it was before there was a memory, and as it is. What storing the posts takes is not counted.
`--rules` tells instead what each rule takes.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

RATE = 10  # steps a second
SERIES = 40
PACE = 0.6  # seconds between two posts
MINUTES = 10.0
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LEFT_OUT = ("sdm/", "box/", "cache/", "data/", "eval/")  # of what simulated runs log
MORE = ("zero_batches", "boxes_filtered")
REASONS = ("not_positive", "outside", "pixel_units", "padding", "not_finite")
HEAD = """| run | judged | CPU of judging, of a core | delay s, median | p95 | longest | memory, MB |
|---|---|---|---|---|---|---|"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", default="1,10")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rules:
        by_rule()
    elif given.child:
        work(given.child[0], float(given.child[1]), given.minutes)
    else:
        print(f"load before: {os.getloadavg()}\n\n{HEAD}", flush=True)
        for hours in given.hours.split(","):
            compared(hours, given.minutes)
        print(f"\nload after: {os.getloadavg()}")


def compared(hours: str, minutes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="fixpoint-bench-") as folder:
        store = Path(folder) / "store"
        child(store, "built", hours, minutes)
        for manner in MANNERS:
            copy = Path(shutil.copytree(store, Path(folder) / manner))
            child(copy, manner, hours, minutes)


def child(data: Path, task: str, hours: str, minutes: float) -> None:
    data.mkdir(exist_ok=True)
    environment = os.environ | {
        "FIXPOINT_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "MALLOC_ARENA_MAX": "2",
    }
    command = [sys.executable, "-m", "tests.benchmarks.health_cost", "--minutes", str(minutes)]
    subprocess.run([*command, "--child", task, hours], env=environment, check=True)


def work(task: str, hours: float, minutes: float) -> None:
    import django

    django.setup()
    if task == "built":
        build(round(hours * 3600 * RATE), round(minutes * 60 * RATE))
        return
    spent, delays = MANNERS[task](minutes)
    share = f"{100 * spent / (60 * minutes):.2f} %"
    late = [f"{np.quantile(delays, q):.1f}" if len(delays) else "–" for q in (0.5, 0.95, 1)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {hours:g} h | {task} | {share} | {' | '.join(late)} | {peak:.0f} |", flush=True)


def build(steps: int, more: int) -> None:
    """The run so far, and the posts to come in a file beside the database."""
    from django.conf import settings
    from django.core.management import call_command

    from dashboard.metrics import store
    from dashboard.runs.models import Run, Status
    from dashboard.training.launching import launch
    from tests.benchmarks import health_false_alarms as simulated

    call_command("migrate", verbosity=0)
    simulated.STEPS = steps + more
    context = simulated.healthy(0.1, 0.5, np.random.default_rng(0))
    run = launch("rehearsal", config={"steps": 1}, seed=0)
    facts = {**context.facts, "train/steps": steps + more}
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING, facts=facts)
    curves = {n: c.values for n, c in context.curves.items() if not n.startswith(LEFT_OUT)}
    for name in (*MORE, *(f"boxes_invalid/{reason}" for reason in REASONS)):
        curves[f"region/{name}"] = np.zeros(steps + more)
    curves = dict(list(curves.items())[:SERIES])
    assert len(curves) == SERIES, len(curves)
    offset, rows = 0, lines(curves, steps)
    for body in posts(rows, steps, 2000):
        store.append(run.pk, offset, body)
        offset += len(body)
    later = b"".join(lines(curves, steps + more, steps))
    (Path(settings.DATA) / "later.jsonl").write_bytes(later)


def lines(curves: dict[str, Any], end: int, begin: int = 0) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    names, columns = list(curves), np.stack(list(curves.values()))
    for at in range(begin, end):
        row = dict(zip(names, columns[:, at].tolist(), strict=True))
        moment = FIRST.timestamp() + at / RATE
        yield encode({"kind": "scalars", "step": at + 1, "time": moment, "values": row}) + b"\n"


def posts(rows: Iterator[bytes], count: int, size: int) -> Iterator[bytes]:
    for begin in range(0, count, size):
        yield b"".join(next(rows) for _ in range(min(size, count - begin)))


def before(minutes: float) -> tuple[float, list[float]]:
    """As it was: the whole run at every look, the less often the longer it is."""
    from dashboard.health.choosing import in_force
    from dashboard.health.examination import Look, context_of, keep
    from dashboard.health.judging import judge
    from dashboard.health.rules import RULES
    from dashboard.metrics import store

    last = [-1e9]

    def look(run: Any, now: float) -> bool:
        stored = store.stored([run.pk])[run.pk]
        if now - last[0] < 1.5 + stored / 100_000:
            return False
        last[0] = now
        context = context_of(run, store.read(run.pk), now=FIRST.timestamp())
        overrides = in_force(run.project_id)
        made = judge(context, RULES, overrides)
        keep(run, Look(made, overrides, context.step, stored, stored))
        return True

    return goes_on(minutes, look)


def remembered(minutes: float) -> tuple[float, list[float]]:
    """As it is. Its first looks, which make the memory, are not counted."""
    from dashboard.health import examination, watching
    from dashboard.health.models import Examination

    clock = [0.0]

    def ours() -> datetime:
        return FIRST + timedelta(seconds=clock[0])

    for module in (examination, watching):
        vars(module)["now"] = ours

    def look(run: Any, now: float) -> bool:
        clock[0] = now
        watching.watch(run.pk)
        return Examination.objects.values_list("made_at", flat=True).get() == ours()

    return goes_on(minutes, look)


MANNERS: dict[str, Callable[[float], tuple[float, list[float]]]] = {
    "before": before,
    "remembered": remembered,
}


def goes_on(minutes: float, look: Callable[[Any, float], bool]) -> tuple[float, list[float]]:
    """(seconds of CPU that judging took, delays from a post to a verdict that knows it)."""
    from django.conf import settings

    from dashboard.metrics import store
    from dashboard.metrics.models import Journal
    from dashboard.runs.models import Run

    run = Run.objects.get()
    later = iter((Path(settings.DATA) / "later.jsonl").read_bytes().splitlines(keepends=True))
    offset = Journal.objects.get().offset
    look(run, -60.0)
    look(run, 0.0)
    spent, delays, waiting = 0.0, [], []
    size = round(PACE * RATE)
    for number, body in enumerate(posts(later, round(minutes * 60 * RATE), size), start=1):
        now = number * PACE
        store.append(run.pk, offset, body)
        offset += len(body)
        waiting.append(now)
        cpu, wall = time.process_time(), time.perf_counter()
        looked = look(run, now)
        spent += time.process_time() - cpu
        if looked:
            took = time.perf_counter() - wall
            delays += [now - posted + took for posted in waiting]
            waiting = []
    return spent, delays


def by_rule() -> None:
    """Processor time of one judge() with all rules over 5,000 points of all that trainers log."""
    from dashboard.health.judging import judge
    from dashboard.health.rules import RULES
    from tests.benchmarks import health_false_alarms as simulated

    simulated.STEPS = 5000
    context = simulated.healthy(0.1, 0.5, np.random.default_rng(0))

    def taken(*rules: Any) -> float:
        started = time.process_time()
        for _round in range(10):
            judge(context, rules or RULES)
        return 100 * (time.process_time() - started)  # ms of one

    taken()  # imports and caches
    print(f"{len(RULES)} rules, {len(context.curves)} curves: {taken():.1f} ms a judgement")
    for spent, name in sorted(((taken(rule), rule.name) for rule in RULES), reverse=True)[:5]:
        print(f"{spent:6.1f} ms  {name}")


if __name__ == "__main__":
    main()
