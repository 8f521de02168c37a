"""Why a queued run waits: as the next claims would have it."""

from dashboard.training.waiting import Group, reasons

GPUS = Group("a", "gpu", 4, 2)
BUSY = Group("b", "gpu", 2, 0)


def why(queued, *groups):
    return {run: reason.why for run, reason in reasons(queued, groups).items()}


def test_what_fits_into_what_is_free_starts():
    assert why([("x", 1), ("y", 1)], GPUS) == {"x": "starting", "y": "starting"}


def test_without_a_worker_nobody_starts():
    assert why([("x", 1)]) == {"x": "no_worker"}


def test_a_run_wider_than_every_host_is_told_the_widest():
    assert reasons([("x", 8)], [GPUS, BUSY])["x"].most == 4
    assert why([("x", 8), ("y", 2)], GPUS) == {"x": "too_wide", "y": "starting"}


def test_free_slots_are_given_away_once():
    assert why([("x", 2), ("y", 1)], GPUS)["y"] == "no_free_slot"


def test_a_run_that_needs_more_than_is_free_is_told_how_many_are():
    reason = reasons([("x", 3)], [GPUS])["x"]
    assert (reason.why, reason.needs, reason.free) == ("too_few_free", 3, 2)


def test_nobody_overtakes_a_wider_run_for_which_slots_are_kept():
    reason = reasons([("x", 3), ("y", 1)], [GPUS])["y"]
    assert (reason.why, reason.behind) == ("behind", "x")


def test_a_run_starts_at_another_host_while_one_is_kept_free():
    assert why([("x", 3), ("y", 1)], GPUS, Group("c", "cpu", 1, 1))["y"] == "starting"


def test_a_full_host_is_no_free_slot():
    assert why([("x", 2)], BUSY) == {"x": "no_free_slot"}
