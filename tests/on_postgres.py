"""`python -m tests.on_postgres`: what touches the database, once more on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.postgres import postgres, programs

AREAS = [
    "tests/runs",
    "tests/metrics",
    "tests/training",
    "tests/api",
    "tests/health",
    "tests/search",
    "tests/storage",
    "tests/notices",
    "tests/comparison",
    "tests/web/test_study_pages.py",
    "tests/web/test_study_progress.py",
    "tests/web/test_try_fix.py",
]


def main() -> int:
    if programs() is None:
        sys.stdout.write("PostgreSQL is not installed, so nothing was tried on it.\n")
        return 1 if os.environ.get("CI") else 0
    with postgres() as url:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *AREAS],
            env={**os.environ, "DATABASE_URL": url},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
