"""Four processes claim 400 runs: each run has one winner, on both databases."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.installation import ROOT
from tests.postgres import postgres, programs

pytestmark = pytest.mark.faults

RUNS, CLAIMERS = 400, 4

FILL = f"""
from dashboard.runs.models import Project, Run
home = Project.objects.create(name="p")
Run.objects.bulk_create(Run(project=home, number=n, name=str(n)) for n in range({RUNS}))
"""
CLAIM = """
import json, os
from dashboard.runs import lifecycle
won, silent = [], 0
while silent < 20:
    run = lifecycle.claim(str(os.getpid()), "cpu:0")
    if run is None:
        silent += 1
    else:
        won.append(run.pk)
print(json.dumps(won))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request, tmp_path) -> Iterator[dict[str, str]]:
    base = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    base["FIXPOINT_DATA"] = str(tmp_path)
    if request.param == "sqlite":
        yield base
        return
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres() as url:
        yield {**base, "DATABASE_URL": url}


def test_each_run_has_one_winner(environment):
    def django(code):
        words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE)

    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    assert django(FILL).wait() == 0
    claimers = [django(CLAIM) for _ in range(CLAIMERS)]
    won = [json.loads(claimer.communicate(timeout=120)[0]) for claimer in claimers]
    claimed = [pk for winner in won for pk in winner]
    assert len(claimed) == len(set(claimed)) == RUNS
    assert sum(bool(winner) for winner in won) > 1
