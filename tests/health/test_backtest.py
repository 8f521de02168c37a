"""Back-tests: thresholds tried on past runs, piece by piece, and what people say of the outcome."""

import pytest

from dashboard.health import backtest as tests
from dashboard.health.backtest import MOST_RUNS, go_on, newest_runs, open_one, use
from dashboard.health.choosing import Refused, choose, in_force
from dashboard.health.examination import examine
from dashboard.health.labelling import label
from dashboard.health.models import BackTest, Examination
from dashboard.health.outcome import outcome
from dashboard.metrics import store
from dashboard.runs.models import Run, Status
from tests.conftest import lines
from tests.web.given import ran

pytestmark = pytest.mark.django_db
STREAK = {"hidden_failure": {"streak": 3}}


def silent(zeros, status=Status.FINISHED):
    """A run with a part of the loss that was 0 in its newest values."""
    run = ran(losses=())
    names = {"train/loss": 1.0, "train/loss/region": 0.0}
    events = [{"kind": "scalars", "step": s, "values": names} for s in range(1, zeros + 1)]
    store.append(run.pk, 0, lines({"kind": "start", "attempt": 1, "step": 0}, *events))
    Run.objects.filter(pk=run.pk).update(status=status, finished_at=run.created_at)
    examine(run)
    return run


def opened(runs, values=STREAK):
    return open_one(runs[0].project, values, runs, by="lin")


def refused(runs, values):
    with pytest.raises(Refused) as caught:
        open_one(runs[0].project, values, runs, by="lin")
    assert not BackTest.objects.exists()
    return caught.value


def test_tells_which_verdicts_flip_and_changes_none_of_them():
    three, six = silent(3), silent(6)
    made = opened([six, three])
    assert go_on(made) == 0
    found = outcome(made)
    assert [(f.run_id, f.rule, f.before, f.after) for f in found.flips] == [
        (three.pk, "hidden_failure", "pass", "fail")
    ]
    assert found.flows == {("pass", "fail"): 1}
    assert found.kept == 1
    assert Examination.objects.get(run=three).thresholds == 0
    assert in_force(three.project_id).version == 0


def test_only_rules_whose_thresholds_differ_are_replayed():
    run = silent(3)
    choose(run.project, {"data_wait": {"fail": 0.5}}, by="lin", note="", after=0)
    made = opened([run], {**STREAK, "data_wait": {"fail": 0.5}})
    assert made.rules == ["hidden_failure"]


def test_goes_on_in_pieces_and_repeats_nothing(monkeypatch):
    made = opened([silent(3), silent(6), silent(1)])
    judged = []
    original = tests._states

    def watched(backtest, run_id):
        judged.append(run_id)
        return original(backtest, run_id)

    monkeypatch.setattr(tests, "_states", watched)
    assert [go_on(made, seconds=0) for _ in range(4)] == [2, 1, 0, 0]
    assert len(judged) == len(set(judged)) == 3


def test_says_which_runs_could_not_be_replayed_and_why():
    empty, gone, broken = ran(losses=()), silent(3), silent(3)
    made = opened([empty, gone, broken])
    Run.objects.filter(pk=gone.pk).delete()
    with pytest.MonkeyPatch.context() as patch:
        read = store.read

        def torn(run_id, *more):
            if run_id == broken.pk:
                raise ValueError("a torn chunk")
            return read(run_id, *more)

        patch.setattr(store, "read", torn)
        go_on(made)
    told = {r.run_id: (r.problem or {})["text"] for r in outcome(made).failed}
    assert told[empty.pk] == "It has no points."
    assert told[gone.pk] == "It was deleted meanwhile."
    assert told[broken.pk].startswith("Its points cannot be read")
    assert outcome(made).left == 0


def test_nothing_that_differs_is_refused():
    assert "Nothing differs" in refused([silent(3)], {"hidden_failure": {"streak": 5}}).why


def test_a_value_that_cannot_be_is_refused():
    assert refused([silent(3)], {"hidden_failure": {"streak": 0}}).faults


def test_no_runs_are_refused(run):
    with pytest.raises(Refused, match="no run to replay"):
        open_one(run.project, STREAK, [], by="lin")


def test_replays_no_more_than_its_maximum(run):
    assert open_one(run.project, STREAK, [run] * 999, by="lin").replays.count() == MOST_RUNS


def test_the_newest_judged_runs_are_taken_and_none_from_the_trash(run):
    old, new, thrown = silent(1), silent(1), silent(1)
    Run.objects.filter(pk=thrown.pk).update(trashed_at=thrown.created_at)
    assert newest_runs(run.project, 50) == [new, old]
    assert newest_runs(run.project, 1) == [new]


def test_agreement_counts_what_people_said_under_both():
    right, wrong = silent(3), silent(4)
    label(right, "hidden_failure", "missed", by="lin")
    label(wrong, "hidden_failure", "right", by="lin")  # that it passes
    made = opened([right, wrong])
    go_on(made)
    found = outcome(made)
    assert (found.before.agreeing, found.before.compared) == (1, 2)
    assert (found.after.agreeing, found.after.compared) == (1, 2)
    better = {flip.run_id: flip.is_better for flip in found.flips}
    assert better == {right.pk: True, wrong.pk: False}
    assert (found.after.right_alarms, found.after.alarms) == (1, 2)
    assert (found.after.seen_faults, found.before.seen_faults, found.before.faults) == (1, 0, 1)
    assert not found.after.is_enough


def test_where_people_differ_nobody_is_counted():
    run = silent(3)
    label(run, "hidden_failure", "missed", by="lin")
    label(run, "hidden_failure", "right", by="mo")
    made = opened([run])
    go_on(made)
    assert (outcome(made).disputed, outcome(made).before.compared) == (1, 0)


@pytest.mark.parametrize(("opinion", "counted"), [("right", 0), ("missed", 1)])
def test_that_nothing_is_wrong_counts_only_once_a_run_has_ended(opinion, counted):
    run = silent(3, Status.RUNNING)
    Run.objects.filter(pk=run.pk).update(finished_at=None)
    label(run, "hidden_failure", opinion, by="lin")
    made = opened([run])
    go_on(made)
    assert outcome(made).before.compared == counted


def test_using_it_makes_the_version_that_was_tried():
    run = silent(3)
    made = opened([run])
    choice = use(made, by="lin", note="it found one")
    assert (choice.version, choice.values, choice.note) == (1, STREAK, "it found one")
    made.refresh_from_db()
    assert made.applied == choice


def test_what_was_compared_with_other_thresholds_is_not_used():
    run = silent(3)
    made = opened([run])
    choose(run.project, {"data_wait": {"fail": 0.5}}, by="mo", note="", after=0)
    with pytest.raises(Refused, match="meanwhile"):
        use(made, by="lin", note="")
