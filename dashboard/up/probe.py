"""Health checks of containers: `python -m dashboard.up.probe web|housekeeping|worker [--url URL]`.

Exit code 0 when it is well, 1 with a line that says what is not. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request

# web is well when its stores answer: it cannot wait for a worker that waits for it
PARTS = {"web": ("database", "redis"), "housekeeping": ("housekeeping",)}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=[*PARTS, "worker"])
    parser.add_argument("--url", default="http://localhost:8000", help="where the app is")
    asked = parser.parse_args(arguments)
    if asked.service == "worker":
        return worker_answers()
    problem = missing(health(asked.url), PARTS[asked.service])
    sys.stdout.write(f"{problem or 'ok'}\n")
    return 1 if problem else 0


def health(url: str) -> dict[str, str]:
    """What /healthz tells, well or not; {"web": why} where it does not answer."""
    request = urllib.request.Request(f"{url.rstrip('/')}/healthz", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:  # 503: some part is down
        return _told(error)
    except OSError as error:
        return {"web": f"down: {error}"}


def missing(told: dict[str, str], parts: tuple[str, ...]) -> str:
    """Which of `parts` are not well; empty where all are."""
    if "web" in told:
        return f"web is {told['web']}"
    return "; ".join(
        f"{part} is {told.get(part, 'not known')}" for part in parts if told.get(part) != "ok"
    )


def worker_answers() -> int:
    """Ask this host's own worker through Redis."""
    me = f"fixpoint@{socket.gethostname()}"
    ping = ["inspect", "ping", "--destination", me, "--timeout", "5"]
    return subprocess.run(
        [sys.executable, "-m", "celery", "-A", "dashboard.celery", *ping]
    ).returncode


def _told(error: urllib.error.HTTPError) -> dict[str, str]:
    try:
        return dict(json.load(error))
    except ValueError:
        return {"web": f"down: it answers {error.code}"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
