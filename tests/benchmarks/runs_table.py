"""How fast the table of runs is with 10,000 and 100,000 runs of 20 params and 20 metrics.

python -m tests.benchmarks.runs_table > table.md     all of it, about 15 minutes
python -m tests.benchmarks.runs_table 10000          with so many runs alone

Builds the runs in a throw-away SQLite file and a throw-away PostgreSQL, then asks for pages as a
browser does. "search" is the finding of 50 runs and their count; "page" is the whole answer to the
request, as HTML, the search among it. Wall is the median, and means little on a busy machine;
processor is the mean of what web process and database spent. "Chromium" is to the painted table.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SIZES = (10_000, 100_000)
WIDTH = 20  # params, and metrics, a run has
REPEATS = 15
AT_ONCE = 2_000  # runs written at a time

# what is asked: title, and the page's address
CASES = {
    "first page": {},
    "second page": {"page": 2},
    "page 20, by a metric": {"sort": "-metrics.eval/metric_01.max", "page": 20},
    "filter, common: params.p01 < 0.5": {"q": "params.p01 < 0.5"},
    "filter, rare: params.p02 < 1e-4": {"q": "params.p02 < 1e-4"},
    "filter, common: status = finished": {"q": "status = finished"},
    "filter, metric: metrics.eval/metric_03 > 0.5": {"q": "metrics.eval/metric_03 > 0.5"},
    "filter, none fits: two halves that exclude each other": {
        "q": "params.p01 < 0.5 and params.twin > 0.5"
    },
    "filter, five conditions": {
        "q": "(params.p03 > 0.2 or metrics.eval/metric_02.max > 0.9) and status = finished"
        " and not verdict.memory_bank = fail and tag = night"
    },
    "verdict.memory_bank = fail": {"q": "verdict.memory_bank = fail"},
    "a bare word, rare": {"q": "run-777"},
    "a bare word, common": {"q": "night"},
    "sort by a metric": {"sort": "-metrics.eval/metric_01"},
    "sort by a metric that is alike for all": {"sort": "metrics.eval/metric_19"},
    "sort by a param": {"sort": "params.p04"},
    "sort by a param that half of the runs have": {"sort": "-params.optional"},
    "sort by name": {"sort": "name"},
    "sort by duration": {"sort": "-duration"},
    "sort by health": {"sort": "health"},
    "filter, common, and sort by a metric": {
        "q": "params.p01 < 0.5",
        "sort": "-metrics.eval/metric_01",
    },
    "filter, rare, and sort by a metric": {
        "q": "params.p02 < 1e-3",
        "sort": "-metrics.eval/metric_01",
    },
}


def main(sizes: list[int]) -> None:
    from tests.postgres import postgres, programs

    results = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="fixpoint-bench-") as home:
            results.append(_in_a_child(size, Path(home), f"sqlite:///{home}/bench.sqlite3"))
        if programs() is not None:
            with postgres() as url, tempfile.TemporaryDirectory(prefix="fixpoint-bench-") as home:
                results.append(_in_a_child(size, Path(home), url))
    sys.stdout.write(_table(results))


def _in_a_child(size: int, home: Path, url: str) -> dict[str, Any]:
    """Django's settings are read once a process."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "FIXPOINT_DATA": str(home),
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    command = [sys.executable, "-m", "tests.benchmarks.runs_table", "child", str(size)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def child(size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    started = time.perf_counter()
    fill(size)
    built = time.perf_counter() - started
    sys.stderr.write(f"{connection.vendor}: {size} runs built in {built:.0f} s\n")
    cases = {title: _measured(title, dict(case)) for title, case in CASES.items()}
    told = {"size": size, "vendor": connection.vendor, "cases": cases, "built": built}
    sys.stdout.write(json.dumps({**told, "bytes": _bytes(), "browser": _browser()}) + "\n")


def fill(size: int) -> None:
    """Rows as launching, shipping and examining would have left them, written in bulk."""
    from dashboard.metrics import ranking
    from dashboard.runs.models import Run
    from dashboard.search.models import Param, Standing, Tag, Words

    Run._meta.get_field("created_at").auto_now_add = False  # these were created at other times
    tables = [ranking.MODEL, Param, Tag, Standing, Words]
    _without_indexes(tables, lambda: [_write(first, size) for first in range(0, size, AT_ONCE)])
    _analyse()


def _write(first: int, size: int) -> None:
    from django.db import transaction

    from dashboard.health.models import Examination
    from dashboard.metrics import ranking
    from dashboard.runs.models import Project, Run
    from dashboard.search.models import Param, Standing, Tag, Words

    project, _ = Project.objects.get_or_create(name="bench")
    numbers = range(first, min(first + AT_ONCE, size))
    runs = [_run(project, number, size) for number in numbers]
    with transaction.atomic():
        Run.objects.bulk_create(runs)
        _insert(Param, ["run_id", "name", "text", "number"], _params(runs))
        _insert(Tag, ["run_id", "name"], ((r.pk, tag) for r in runs for tag in r.tags))
        _insert(Words, ["run_id", "text", "note"], ((r.pk, _words(r), r.note) for r in runs))
        _insert(Standing, ["run_id", "rule", "state"], _standings(runs))
        curve = ["run_id", "name", "count", "nonfinite", "last", "low", "high"]
        curve += ["last_step", "last_time", "tail", "stored", "front", "front_attempt"]
        _insert(ranking.MODEL, curve, _curves(runs))
        Examination.objects.bulk_create(_examination(run) for run in runs)


def _run(project: Any, number: int, size: int) -> Any:
    import datetime as dt

    from django.utils.timezone import now

    from dashboard.runs.models import Run

    chance = random.Random(number)
    made = now() - dt.timedelta(minutes=size - number)
    config = {f"p{n:02}": chance.random() for n in range(WIDTH - 2)}
    config["twin"] = config["p01"]
    if number % 2:
        config["optional"] = chance.choice(["adam", "sgd", "lion"])
    return Run(
        project=project,
        number=number + 1,
        name=f"run-{number}-{chance.choice(['first', 'second', 'wide', 'deep'])}",
        trainer=chance.choice(["region_contrastive", "sdm_alignment", "box_refinement"]),
        preset=chance.choice(["", "before", "after"]),
        config=config,
        tags=chance.sample(["night", "paper", "ablation", "baseline", "检索"], 2),
        note="tries a longer warm-up" if number % 5 == 0 else "",
        status=chance.choices(["finished", "failed", "stopped", "lost"], [90, 6, 3, 1])[0],
        host=f"gpu-{chance.randrange(16)}",
        snapshot={"packages": [f"package-{n}==1.{n}" for n in range(150)]},
        created_at=made,
        started_at=made,
        finished_at=made + dt.timedelta(seconds=chance.randrange(60, 90_000)),
    )


def _params(runs: list[Any]) -> Iterator[tuple[Any, ...]]:
    from dashboard.search import facets

    for run in runs:
        for name, row in facets.params(run.config).items():
            yield run.pk, name, row["text"], row["number"]


def _words(run: Any) -> str:
    from dashboard.search import facets

    return facets.words(run.name, run.trainer, run.preset, *run.tags, run.note)


RULES = ("non_finite_loss", "memory_bank", "logit_scale", "frozen_scale", "invalid_boxes")


def _states(run: Any) -> dict[str, str]:
    chance = random.Random(run.name)
    return {r: chance.choices(["fail", "warn", "pass"], [1, 9, 90])[0] for r in RULES}


def _standings(runs: list[Any]) -> Iterator[tuple[Any, ...]]:
    return ((run.pk, rule, state) for run in runs for rule, state in _states(run).items())


def _examination(run: Any) -> Any:
    from dashboard.health.models import Examination
    from dashboard.health.verdict import STATES

    states = _states(run)
    return Examination(
        run=run,
        state=min(states.values(), key=STATES.index),
        verdicts=[{"rule": r, "state": s, "says": "x" * 400} for r, s in states.items()],
        made_at=run.finished_at,
        engine_version="1",
    )


def _curves(runs: list[Any]) -> Iterator[tuple[Any, ...]]:
    for run in runs:
        chance = random.Random(run.name)
        for n in range(WIDTH):
            name = f"eval/metric_{n:02}" if n else "train/loss"
            low, last, high = sorted(chance.random() for _ in range(3))
            last = 0.0 if n == WIDTH - 1 else last
            yield run.pk, name, 1000, 0, last, low, high, 1000, 0.0, 0, 1000, 1000, 1


def _insert(model: Any, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    from django.db import connection

    table, named = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            holes = ", ".join(["?"] * len(columns))
            raw = cursor.connection.cursor()
            raw.executemany(f"INSERT INTO {table} ({named}) VALUES ({holes})", _plain(rows))


def _plain(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    return (tuple(row) for row in rows)


def _without_indexes(models: list[Any], work: Callable[[], Any]) -> None:
    """Indexes made at the end are made faster, and no different."""
    from django.db import connection

    pairs = [(model, index) for model in models for index in model._meta.indexes]
    with connection.schema_editor(atomic=False) as editor:
        for model, index in pairs:
            editor.remove_index(model, index)
    work()
    with connection.schema_editor(atomic=False) as editor:
        for model, index in pairs:
            editor.add_index(model, index)


def _analyse() -> None:
    """What PostgreSQL's autovacuum does by itself; SQLite gets no statistics, as in real life."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _bytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    return Path(connection.settings_dict["NAME"]).stat().st_size


def _measured(title: str, case: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Of the search and of the whole page: wall and processor milliseconds."""
    from dashboard.search.finding import Asked, find

    pages = case.pop("page", 1)
    asked = Asked(case.get("q", ""), case.get("sort", ""))
    for _turn in range(pages - 1):
        asked = Asked(asked.query, asked.sort, find(asked).next)
    case |= {"at": asked.cursor} if asked.cursor else {}
    told = {"search": _times(lambda: find(asked)), "page": _times(_request(case))}
    sys.stderr.write(f"  {title}: {told}\n")
    return told


def _times(work: Callable[[], Any]) -> tuple[float, float]:
    """The median of the wall, and the mean of the processor, after a turn that is not counted."""
    work()
    taken = []
    before = _processor()
    for _turn in range(REPEATS):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), (_processor() - before) * 1000 / REPEATS


def _processor() -> float:
    """Seconds of processor time of this process and of PostgreSQL's that serves it."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # theirs would not be counted
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _request(case: dict[str, Any]) -> Callable[[], Any]:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get_or_create(username="bench")[0])

    def ask() -> None:
        answer = client.get("/table/", case)
        assert answer.status_code == 200, answer.status_code

    return ask


def _browser() -> dict[str, float]:
    """Milliseconds from the request to the last painted row, by address."""
    from django.contrib.auth.models import User
    from django.test import Client
    from playwright.sync_api import sync_playwright

    from tests.conftest import Served

    client = Client()
    client.force_login(User.objects.get_or_create(username="bench")[0])
    cookie = client.cookies["sessionid"].value
    addresses = ["/table/", "/table/?sort=-metrics.eval/metric_01", "/table/?q=params.p01 < 0.5"]
    with Served() as served, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": served.url}])
        page = context.new_page()
        return {address: _painted(page, served.url + address) for address in addresses}


PAINTED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
  () => done(performance.now()))))"""


def _painted(page: Any, address: str) -> float:
    taken = []
    for _turn in range(6):
        page.goto(address, wait_until="load")
        page.wait_for_selector("tr[data-key]")
        taken.append(page.evaluate(PAINTED))
        page.wait_for_timeout(200)
    return statistics.median(taken[1:])


def _table(results: list[dict[str, Any]]) -> str:
    heads = [f"{r['vendor']} {r['size']:,}" for r in results]
    lines = [
        "| processor (wall) ms | " + " | ".join(f"{h}: search | page" for h in heads) + " |",
        "|---" * (1 + 2 * len(heads)) + "|",
    ]
    for title in CASES:
        pairs = [result["cases"][title][what] for result in results for what in ("search", "page")]
        cells = [f"{processor:.0f} ({wall:.0f})" for wall, processor in pairs]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    rows = lines
    for result in results:
        painted = ", ".join(f"`{a}` {ms:.0f} ms" for a, ms in result["browser"].items())
        per_run = result["bytes"] / result["size"] / 1000
        rows.append(
            f"\n{result['vendor']}, {result['size']:,} runs: painted in Chromium {painted};"
            f" {per_run:.1f} kB a run on disk; built in {result['built']:.0f} s."
        )
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(int(sys.argv[2]))
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
