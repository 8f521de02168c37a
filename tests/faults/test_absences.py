"""A part that hangs for a while, which is worse than one that is gone: connections stay open.

FIXPOINT_AWAY: for how many seconds; 60 by hand.
"""

import os
import signal
import time

import pytest

from tests.installation import wait

pytestmark = pytest.mark.faults

AWAY = float(os.environ.get("FIXPOINT_AWAY", "8"))
STEPS = int(AWAY * 20 + 100)  # of 0.05 s: it trains all the while


def test_redis_hangs_while_runs_train_and_are_launched(up):
    trains = up.launch(steps=STEPS)
    wait(lambda: up.has_points(trains, 5), 30, up.tell)
    (redis,) = up.pids("redis")
    os.kill(redis, signal.SIGSTOP)
    try:
        before = up.run(trains)["metrics"]["train/loss"]["count"]
        began = time.monotonic()
        launched = up.launch(steps=10)
        assert time.monotonic() - began < 10
        wait(lambda: up.run(trains)["metrics"]["train/loss"]["count"] > before, 20, up.tell)
        time.sleep(max(AWAY - (time.monotonic() - began), 0))
    finally:
        for pid in up.pids("redis"):
            os.kill(pid, signal.SIGCONT)
    for run_id, steps in ((launched, 10), (trains, STEPS)):
        assert up.wait_status(run_id, "finished", AWAY + 60)["attempt"] == 1
        up.assert_whole(run_id, steps)
