"""Train in several processes of this host, by torchrun, and tell as one how it went.

`python -m trainers` with processes=N becomes torchrun's agent: it starts itself N times, passes
SIGTERM on, waits for all to save, and ends with the exit code and the words of the process that
failed first. Starting torchrun by hand with N processes does the same training.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from trainers import workers
from trainers.errors import BadInput
from trainers.recorder import Recorder

GRACE = 50  # seconds to save in, after SIGTERM
BAD_INPUT = 2


def train(arguments: Sequence[str], run_dir: Path, processes: int) -> int:
    """Run Python with these arguments as often; the exit code.

    BadInput: in the words of the process that was refused first.
    """
    with tempfile.TemporaryDirectory(prefix="fixpoint-") as name:
        folder = Path(name)
        words = folder / "words"
        words.mkdir()
        os.environ[workers.WORDS] = str(words)
        agent = elastic_launch(_launch(processes, folder / "logs"), sys.executable)
        try:
            agent(*arguments)
        except SignalException:
            return _stopped(workers.heard(words), processes)
        except ChildFailedError as error:
            return _failed(_first(workers.heard(words), error), processes, run_dir)
    return 0


def _launch(processes: int, logs: Path) -> LaunchConfig:
    return LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=processes,
        run_id=secrets.token_hex(8),
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        local_addr="localhost",
        max_restarts=0,  # the run is queued again instead, and goes on from its checkpoint
        logs_specs=DefaultLogsSpecs(log_dir=str(logs)),
        signals_to_handle="SIGTERM,SIGINT",
        shutdown_timeout=GRACE,
    )


def _stopped(said: list[workers.Words], processes: int) -> int:
    """0 where every process ended in good order."""
    well = [words for words in said if words.code == 0]
    if len(well) < processes:
        sys.stderr.write(
            f"{processes - len(well)} of {processes} processes did not save and end within {GRACE}"
            " seconds of being asked to; the newest checkpoint is an earlier one\n"
        )
        return 1
    return 0


def _failed(first: workers.Words, processes: int, run_dir: Path) -> int:
    """Say why, as the last line of the console and of the record."""
    if first.code == BAD_INPUT:
        raise BadInput(first.text)
    text = f"process {first.rank} of 0 to {processes - 1} failed first: {first.text}"
    with Recorder(run_dir) as recorder:
        recorder.end("failed", text)
    sys.stderr.write(f"{text}\n")
    return 1


def _first(said: list[workers.Words], error: ChildFailedError) -> workers.Words:
    """Who failed first. One that was killed had no time for words: the others only lost it."""
    for rank, failure in error.failures.items():
        if failure.exitcode < 0 and failure.exitcode != -15:
            return workers.Words(rank, failure.exitcode, failure.message, 0)
    bad = [words for words in said if words.code]
    if bad:
        return bad[0]
    rank, failure = error.get_first_failure()
    return workers.Words(rank, failure.exitcode, f"exit code {failure.exitcode}", 0)
