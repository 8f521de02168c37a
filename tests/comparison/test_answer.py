"""The answer: never from one run, never by losing the runs that failed, never past a confounder."""

import math

import pytest

from dashboard.comparison.answer import answer, confounded, guarded, incomparable
from dashboard.comparison.answer_words import notes, says, says_guardrail, why
from dashboard.comparison.decision import Design, Question, Test, Verdict
from dashboard.comparison.failure_words import treated
from dashboard.comparison.more import more
from dashboard.comparison.more_words import says_more
from dashboard.comparison.outcome import State, measured
from dashboard.health.rule import say
from dashboard.health.wording import tell
from tests.comparison.given import side, without

Q = Question("eval/recall", higher=True, smallest=0.05)
PAIRED = Design(paired=True)
APART = Design(paired=False)
BEFORE = (0.50, 0.60, 0.40, 0.55, 0.45)
AFTER = (0.71, 0.79, 0.62, 0.75, 0.64)


def told(found):
    return tell(says(found))


def test_a_clear_gain_says_its_effect_and_interval():
    found = answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED)
    assert found.verdict == Verdict.IMPROVED
    assert told(found).startswith("Improved: eval/recall of after is +0.202 against before, +0.1")
    assert "at 96 %" in told(found)
    assert tell(why(found)).startswith("Student's t on the differences of 5 pairs")


def test_the_exact_p_stands_beside_what_it_could_be_at_least():
    found = answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED)
    assert found.exact_p == found.least_p == pytest.approx(0.0625)
    assert tell(notes(found)[0]).startswith("Exact p = 0.062 by counting arrangements")


def test_one_run_each_says_in_words_what_is_not_known():
    found = answer(side("before", [0.5]), side("after", [0.9]), Q, PAIRED)
    assert found.verdict == Verdict.NOT_ENOUGH
    assert "no evidence that the change made the difference" in told(found)
    needed = more(found, 0.95)
    assert needed is not None
    assert needed.seeds == 2
    assert tell(says_more(needed)) == (
        "2 more seeds of each arm would show an effect of 2 standard deviations between runs in"
        " about 78 % of studies."
    )


def test_no_verdict_while_a_run_is_on_its_way():
    late = without(5, State.WAITING)
    found = answer(side("before", BEFORE), side("after", AFTER, late), Q, APART)
    assert found.verdict == Verdict.NOT_ENOUGH
    assert told(found).startswith("10 of 11 runs have ended")
    assert more(found, 0.99) is None


def test_a_crash_of_the_better_arm_counts_as_the_worst_value():
    crash = without(5, State.CRASHED, "after")
    found = answer(side("before", (*BEFORE, 0.9)), side("after", AFTER, crash), Q, PAIRED)
    assert found.decision.verdict == Verdict.IMPROVED
    assert found.bounds is not None
    assert found.bounds.worst == pytest.approx(0.4)
    assert found.verdict == Verdict.NOT_ENOUGH
    sentences = [tell(message) for message in treated(found)]
    assert sentences[0] == "after: 1 of 6 runs crashed (after-5)."
    assert "it would not hold" in sentences[-1]
    assert "runs failed" in told(found)
    assert more(found, 0.99) is None  # no number of seeds makes up for who fails


def test_an_answer_may_hold_although_a_run_failed():
    before = side("before", [0.10, 0.11, 0.12, 0.13, 0.14, 0.15, 0.12, 0.11])
    after = side("after", [0.8, 0.9, 0.85, 0.8, 0.86, 0.83, 0.9], measured("nan", 7, math.nan))
    found = answer(before, after, Q, PAIRED)
    assert found.verdict == Verdict.IMPROVED
    assert "the answer is the same" in tell(treated(found)[-1])


def test_a_crash_of_the_worse_arm_does_not_help_it():
    crash = without(5, State.CRASHED)
    found = answer(side("before", BEFORE, crash), side("after", (*AFTER, 0.7)), Q, PAIRED)
    assert found.verdict == Verdict.IMPROVED
    assert [tell(m) for m in treated(found)][-1].startswith("Only the arm that comes out worse")


def test_arms_with_failed_runs_are_not_called_equal():
    crash = without(5, State.NOT_A_NUMBER)
    same = [value + 0.001 * seed for seed, value in enumerate(BEFORE)]
    found = answer(side("before", BEFORE, crash), side("after", same), Q, PAIRED)
    assert found.decision.verdict == Verdict.NO_DIFFERENCE
    assert found.verdict == Verdict.NOT_ENOUGH


@pytest.mark.parametrize("state", [state for state in State if state != State.MEASURED])
def test_no_run_without_a_number_is_passed_over_in_silence(state):
    found = answer(side("before", BEFORE, without(7, state)), side("after", AFTER), Q, APART)
    assert "lost-7" in " ".join(tell(message) for message in treated(found))


def test_the_other_run_of_a_broken_pair_is_told():
    crash = without(4, State.STOPPED)
    found = answer(side("before", BEFORE), side("after", AFTER[:4], crash), Q, PAIRED)
    assert "other one of their pair has no number: 1" in tell(treated(found)[1])


def test_arms_that_share_no_seed_are_compared_unpaired_and_that_is_said():
    later = side("after", [0.0] * 9 + [0.7, 0.8, 0.75]).outcomes[9:]
    found = answer(side("before", BEFORE), side("after", [], *later), Q, PAIRED)
    assert found.decision.test == Test.WELCH
    assert tell(notes(found)[0]).startswith("Too few pairs")


def test_an_arm_without_numbers_is_named():
    found = answer(side("before", BEFORE), side("after", [math.nan, math.inf]), Q, PAIRED)
    assert told(found) == "Not enough evidence: no run of after has a number for eval/recall."


def test_no_runs_at_all_are_no_evidence():
    found = answer(side("before", []), side("after", []), Q, PAIRED)
    assert found.verdict == Verdict.NOT_ENOUGH
    assert found.exact_p is None


def test_a_confounder_forbids_the_plain_word():
    clear = answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED)
    found = confounded(clear, ["machine.host"])
    assert found.verdict == Verdict.CONFOUNDED
    assert told(found).endswith("But the arms differ in more than the change: machine.host.")


def test_without_evidence_a_confounder_changes_nothing():
    found = answer(side("before", [0.5]), side("after", [0.6]), Q, PAIRED)
    assert confounded(found, ["git.commit"]).verdict == Verdict.NOT_ENOUGH


def test_another_loss_is_not_compared_as_a_number():
    clear = answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED)
    found = incomparable(clear, say("Another loss."))
    assert (found.verdict, told(found)) == (Verdict.NOT_COMPARABLE, "Another loss.")


def test_a_guardrail_that_got_worse_is_in_the_sentence():
    clear = answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED)
    slower = Question("time/step", higher=False)
    found = guarded(
        clear, [(slower, side("b", [1, 1.1, 0.9, 1, 1]), side("a", [3, 3.1, 2.9, 3, 3.2]))]
    )
    assert told(found).endswith("But it got worse in time/step.")
    assert tell(says_guardrail(found.guardrails[0])).startswith("time/step got worse: +2.0")


def test_guardrails_pay_for_their_number():
    clear = answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED)
    before, after = side("b", [1.0, 1.2, 0.9, 1.1]), side("a", [1.3, 1.45, 1.5, 1.3])
    alone = guarded(clear, [(Question("m0", higher=False), before, after)])
    many = guarded(clear, [(Question(f"m{n}", higher=False), before, after) for n in range(10)])
    assert alone.guardrails[0].verdict == Verdict.WORSE
    assert {guard.verdict for guard in many.guardrails} == {Verdict.NOT_ENOUGH}


def test_a_guardrail_that_no_run_logged_is_not_known():
    clear = answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED)
    found = guarded(clear, [(Question("m", higher=True), side("b", []), side("a", []))])
    assert tell(says_guardrail(found.guardrails[0])).startswith("Not known whether m got worse")


def test_more_seeds_are_asked_for_by_the_smallest_effect():
    found = answer(side("before", [0.5, 0.6, 0.4]), side("after", [0.55, 0.5, 0.52]), Q, PAIRED)
    needed = more(found, 0.99)
    assert needed is not None
    assert needed.seeds is not None
    assert needed.seeds > 10
    assert "more seeds of each arm are needed to see an effect of 0.050" in tell(says_more(needed))


def test_no_seeds_are_counted_for_an_effect_that_the_runs_rule_out():
    found = answer(side("before", [0.0037]), side("after", [0.741, 0.736]), Q, APART)
    assert found.verdict == Verdict.NOT_ENOUGH  # one run against two, whatever they show
    assert more(found, 0.99) is None


def test_what_is_settled_needs_no_more():
    assert more(answer(side("before", BEFORE), side("after", AFTER), Q, PAIRED), 0.99) is None


def test_an_effect_that_drowns_in_chance_says_so():
    tiny = Question("m", higher=True, smallest=1e-9)
    close = [0.52, 0.58, 0.44, 0.5, 0.47]
    needed = more(answer(side("b", BEFORE), side("a", close), tiny, APART), 0.99)
    assert needed is not None
    assert needed.seeds is None
    assert "more than a thousand runs" in tell(says_more(needed))


def test_ten_runs_an_arm_also_get_their_interquartile_mean():
    values = [0.5 + 0.01 * n for n in range(10)]
    found = answer(
        side("b", values),
        side("a", [v + 0.3 + 0.01 * (-1) ** n for n, v in enumerate(values)]),
        Q,
        PAIRED,
    )
    assert found.iqm is not None
    assert found.improvement is not None
    assert found.improvement.value == 1.0
    few = answer(side("b", BEFORE), side("a", AFTER), Q, PAIRED)
    assert few.iqm is None


def test_runs_that_end_at_different_steps_are_noted():
    short = measured("short", 5, 0.7, 50)
    found = answer(side("b", BEFORE), side("a", AFTER, short), Q, APART)
    assert tell(notes(found)[-1]) == "The runs did not end at one step: 50 to 100."
