"""A study through kills, absences, a stopped and a deleted run: nothing queued is lost or doubled,
and its answer tells of every run."""

import httpx
import pytest

from tests.installation import wait

pytestmark = pytest.mark.faults

STEPS = 60  # of 0.05 s
SEEDS = 3


def opened(up):
    """A study whose runs train for 3 s each, four at once."""
    config = {"steps": STEPS, "step_seconds": 0.05, "noise": 0.3, "checkpoint_every": 5}
    body = {
        "title": "Less noise",
        "metric": "train/loss",
        "direction": "lower",
        "smallest": 0.1,
        "trainer": "rehearsal",
        "config": config,
        "patch": {"noise": 0.0},
        "seeds": SEEDS,
    }
    return up.api("studies/", body)["id"]


def runs(up, study):
    """By arm and seed; the ids that are still there."""
    arms = up.api(f"studies/{study}/")["arms"]
    return {(arm["name"], run["seed"]): run["run"] for arm in arms for run in arm["runs"]}


def training(up, study):
    """The first run of it that has sent points."""
    wait(lambda: any(up.has_points(run, 5) for run in runs(up, study).values()), 60, up.tell)
    return next(run for run in runs(up, study).values() if up.has_points(run, 5))


def over(up, study):
    ended = ("finished", "failed", "stopped", "lost")
    wait(lambda: all(up.status(r) in ended for r in runs(up, study).values()), 300, up.tell)
    (told,) = up.api(f"studies/{study}/answer/")["comparisons"]
    return told


def purge(up, run):
    """As an administrator."""
    token = up.manage("token", "create", "boss", "--scope", "admin").strip()
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{up.url}/api/runs/{run}/purge/", headers=headers, trust_env=False)
    answer.raise_for_status()


def assert_all_there(up, study):
    """Each arm has each seed once, and every run every step."""
    held = runs(up, study)
    assert len(held) == len(set(held.values())) == 2 * SEEDS
    for run in held.values():
        up.assert_whole(run, STEPS)


def test_kills_in_the_middle_cost_no_run(up):
    study = opened(up)
    training(up, study)
    for victim in ("web", "worker", "redis"):
        assert up.kill(victim), victim
    told = over(up, study)
    assert told["verdict"] != "confounded", told
    assert "crashed" not in " ".join(told["treated"])
    assert_all_there(up, study)


def test_a_study_that_was_acknowledged_is_there_after_everything_was_killed(up):
    study = opened(up)
    for name in ("supervisor", "worker", "runner", "trainer", "web", "housekeeping", "redis"):
        up.kill(name)
    assert up.up is not None
    up.up.wait(10)
    up.start()
    over(up, study)
    assert_all_there(up, study)


def test_a_study_that_is_opened_without_redis_runs(up):
    up.kill("redis")
    study = opened(up)
    over(up, study)
    assert_all_there(up, study)


def test_a_killed_training_is_counted_as_crashed(up):
    study = opened(up)
    hit = training(up, study)
    assert up.kill("trainer", hit)
    told = over(up, study)
    assert up.status(hit) == "failed"
    assert "1 of 3 runs crashed" in " ".join(told["treated"])


def test_a_stopped_run_and_a_deleted_one_are_told_of(up):
    study = opened(up)
    held = runs(up, study)
    up.api(f"runs/{held['after', 1]}/stop/", {})
    over(up, study)
    gone = held["before", 0]
    up.api(f"runs/{gone}/trash/", {})
    purge(up, gone)
    wait(lambda: runs(up, study)["before", 0] is None, 60, up.tell)
    (told,) = up.api(f"studies/{study}/answer/")["comparisons"]
    notes = " ".join(told["treated"])
    assert "after: 1 of 3 runs were stopped before their end" in notes
    assert "before: 1 of 3 runs were deleted" in notes
