"""Cleared, still there, or cleared at a price: by the same rule on both arms."""

from dashboard.comparison.decision import Verdict
from dashboard.comparison.symptom import Sightings, Symptom, says_symptom, sightings, symptom
from dashboard.health.wording import tell

SEEN, GONE, UNJUDGED = Sightings(3, 0, 0), Sightings(0, 3, 0), Sightings(0, 0, 3)
UNDECIDED = Verdict.NOT_ENOUGH


def test_states_are_counted_and_remarks_count_as_seen():
    held = {"state": "pass", "held_back": "warn"}
    found = sightings([{"state": "fail"}, held, {"state": "pass"}, {"state": "waiting"}, None])
    assert found == Sightings(seen=2, passed=1, unchecked=2)


def test_what_no_run_shows_any_more_is_cleared():
    assert symptom(SEEN, GONE, UNDECIDED) == Symptom.CLEARED
    assert tell(says_symptom(Symptom.CLEARED, SEEN, GONE)).startswith(
        "Cleared: the rule saw it in 3 of 3 runs before, and in none of 3 after"
    )


def test_a_price_is_told():
    assert symptom(SEEN, GONE, Verdict.WORSE) == Symptom.CLEARED_BUT_WORSE


def test_one_run_that_shows_it_is_enough_for_still_there():
    assert symptom(SEEN, Sightings(1, 9, 0), Verdict.IMPROVED) == Symptom.STILL_THERE


def test_what_was_never_there_is_not_cleared():
    assert symptom(GONE, GONE, Verdict.IMPROVED) == Symptom.NEVER_SEEN


def test_what_could_not_be_judged_is_not_cleared():
    assert symptom(SEEN, UNJUDGED, Verdict.IMPROVED) == Symptom.NOT_CHECKED
    assert symptom(UNJUDGED, GONE, Verdict.IMPROVED) == Symptom.NOT_CHECKED


def test_nothing_is_cleared_while_a_run_is_on_its_way():
    on_its_way = Sightings(0, 2, 0, waiting=1)
    assert symptom(SEEN, on_its_way, UNDECIDED) == Symptom.WAITING
    assert symptom(on_its_way, Sightings(1, 0, 0), UNDECIDED) == Symptom.WAITING
    told = tell(says_symptom(Symptom.WAITING, SEEN, on_its_way))
    assert "when the last run has ended" in told
    assert "in 3 of 3 runs before, and in 0 of 2 after" in told


def test_before_a_run_has_ended_nothing_is_counted():
    none = Sightings(0, 0, 0, waiting=3)
    told = tell(says_symptom(Symptom.WAITING, none, none))
    assert told == "The rule is judged when the last run has ended."
