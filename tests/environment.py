"""Loaded before Django's settings: the suite works in a directory of its own.

As a pytest plugin (-p tests.environment), for conftest.py would come too late.
"""

import os
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="fixpoint-tests-"))
(HOME / "static").mkdir()

os.environ["FIXPOINT_DATA"] = str(HOME)
os.environ["FIXPOINT_STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ["REDIS_URL"] = "redis://127.0.0.1:1/0"  # nobody listens: no test reaches a real one
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in this thread
for name in ("URL", "WORKER_TOKEN", "PORT", "HTTPS", "COMMANDS"):
    os.environ.pop(f"FIXPOINT_{name}", None)


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
