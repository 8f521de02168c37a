"""A live run is judged piece by piece: what was seen stays told, sums are whole, and in the end the
verdicts are those on all of its points.
"""

import gzip
import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.health import memory, remembering, watching
from dashboard.health.examination import bounds, context_of, examine, keep
from dashboard.health.judging import judge
from dashboard.health.lasting import LASTING
from dashboard.health.memory import RECENT, SLACK
from dashboard.health.models import Examination, Remembered
from dashboard.health.overrides import NONE, Overrides
from dashboard.health.rules import RULES
from dashboard.health.stored import StoredCurves
from dashboard.health.watching import catch_up, look, silent, watch
from dashboard.metrics import store
from dashboard.runs.models import Run, Status
from tests.conftest import lines, scalars
from tests.health.given import RECORDED, recorded

pytestmark = pytest.mark.django_db

NAMES = sorted(path.name.removesuffix(".jsonl.gz") for path in RECORDED.glob("*.jsonl.gz"))
AT_ONCE = 2500  # lines a post of a long run


class File:
    """A run directory's events.jsonl, as it is posted."""

    def __init__(self, run: Run, source: str = "") -> None:
        self.run, self.source, self.offset = run, source, 0
        self.post({"kind": "start", "attempt": 1, "step": 0})

    def post(self, *events) -> None:
        body = lines(*events)
        store.append(self.run.pk, self.offset, body, source=self.source)
        self.offset += len(body)


@pytest.fixture
def running(run):
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING, started_at=now())
    run.refresh_from_db()
    return run


@pytest.fixture
def short(monkeypatch):
    """A curve is long from 170 points on."""
    for module, name, value in (
        (watching, "RECENT", 150),
        (remembering, "RECENT", 150),
        (remembering, "SLACK", 20),
        (memory, "SLACK", 20),
        (memory, "FIRST", 60),
        (memory, "SAMPLE", 32),
    ):
        monkeypatch.setattr(module, name, value)


def without_nulls(found):
    return {name: value for name, value in found.items() if value is not None}


def verdicts(examination: Examination):
    return {verdict["rule"]: verdict for verdict in examination.verdicts}


def states(made):
    return {verdict["rule"]: verdict["state"] for verdict in made}


def whole(run: Run):
    """The verdicts on all points that are there."""
    fresh = Run.objects.get(pk=run.pk)
    return json.loads(json.dumps(judge(context_of(fresh, now=now().timestamp()))))


def finish(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)


def grow(file: File, first: int, last: int, curves) -> None:
    """Log steps first … last-1 of curves given as functions of the step; a look after each post."""
    for begin in range(first, last, AT_ONCE):
        steps = range(begin, min(begin + AT_ONCE, last))
        file.post(
            *(
                {
                    "kind": "scalars",
                    "step": step,
                    "time": 1e9 + step / 10,
                    "values": {name: of(step) for name, of in curves.items()},
                }
                for step in steps
            )
        )
        look(Run.objects.get(pk=file.run.pk))


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_run_ends_with_the_verdicts_on_all_of_it(name, running, short):
    trainer = name.partition("-")[0]
    with gzip.open(RECORDED / f"{name}.jsonl.gz", "rt") as kept:
        first, *events = (json.loads(line, object_hook=without_nulls) for line in kept)
    running.trainer, running.config = trainer, first["config"]
    running.save()
    file = File(running)
    for begin in range(0, len(events), 50):
        file.post(*events[begin : begin + 50])
        seen = states(look(Run.objects.get(pk=running.pk)).verdicts)
        then = states(whole(running))
        assert {rule for rule in then if then[rule] != seen[rule]} <= LASTING
        assert all(seen[rule] == "fail" for rule in LASTING if seen[rule] != then[rule])
    assert Remembered.objects.exists() == (len(events) > 170)
    finish(running)
    assert examine(running).verdicts == whole(running)
    logged = {verdict["rule"] for verdict in judge(recorded(name)) if verdict["state"] == "fail"}
    assert logged <= {rule for rule, state in states(whole(running)).items() if state == "fail"}
    assert not Remembered.objects.exists()


def test_what_was_seen_early_in_a_long_run_is_still_told_late(running):
    curves = {
        "train/loss": lambda step: "NaN" if step == 40 else 1.0 + 0.1 * (step % 7),
        "train/grad_norm": lambda step: 1.0 if step < 35 else 50.0 if step < 41 else 1.0,
        "region/rows": lambda step: 32,
        "region/zero_rows": lambda step: 2 if 600 <= step < 700 else 0,
        "region/boxes": lambda step: 40,
        "region/boxes_invalid": lambda step: 1 if step % 20 == 0 else 0,
    }
    file = File(running)
    grow(file, 0, 50_000, curves)
    kept = Examination.objects.get(run=running)
    seen, then = verdicts(kept), {v["rule"]: v for v in whole(running)}
    assert kept.is_partial
    assert seen["non_finite_loss"]["state"] == "fail"
    assert seen["non_finite_loss"]["since_step"] == 40
    assert seen["non_finite_loss"]["causes"] == then["non_finite_loss"]["causes"]
    for rule in ("zero_norm_regions", "invalid_boxes"):
        for part in ("state", "says", "number", "since_step", "causes", "evidence", "looked_at"):
            assert seen[rule][part] == then[rule][part], (rule, part)
    assert seen["zero_norm_regions"]["since_step"] == 600
    assert seen["zero_norm_regions"]["says"]["values"]["hits"] == 200


def test_a_fault_that_begins_late_is_told_at_once(running):
    file = File(running)
    curves = {"train/loss": lambda step: 1.0, "region/zero_rows": lambda step: 0}
    grow(file, 0, 20_000, curves | {"region/rows": lambda step: 32})
    assert verdicts(look(running))["zero_norm_regions"]["state"] == "pass"
    file.post(scalars(20_000, region_zero_rows=3, region_rows=32))
    verdict = verdicts(look(running))["zero_norm_regions"]
    assert (verdict["state"], verdict["since_step"]) == ("warn", 20_000)
    assert verdict["says"]["values"]["trials"] == 20_001 * 32


def test_a_look_reads_no_more_of_a_run_that_is_longer(running):
    file = File(running)
    grow(file, 0, 20_000, {"train/loss": lambda step: 1.0 + step % 3})
    seen = remembering.view(running.pk)
    assert len(seen.fresh["train/loss"]) <= RECENT + SLACK
    assert seen.extra == 0
    assert not seen.changed


def test_what_was_appended_before_a_kill_is_judged_after_it(running, short):
    file = File(running)
    for begin in range(0, 2000, 100):
        steps = range(begin, begin + 100)
        file.post(*(scalars(s, region_zero_rows=int(s == 777), region_rows=8) for s in steps))
        if begin in (300, 1200):
            look(running)  # else the server died before it could
    seen = verdicts(look(running))["zero_norm_regions"]
    assert seen["says"]["values"]["hits"] == 1
    assert seen["says"]["values"]["trials"] == 16_000
    Remembered.objects.all().delete()
    assert verdicts(look(running))["zero_norm_regions"] == seen


def test_a_post_that_is_sent_twice_counts_once(running, short):
    file = File(running)
    for begin in range(0, 1000, 100):
        offset = file.offset
        file.post(
            *(scalars(s, region_zero_rows=1, region_rows=8) for s in range(begin, begin + 100))
        )
        look(running)
        body = lines(
            *(scalars(s, region_zero_rows=1, region_rows=8) for s in range(begin, begin + 100))
        )
        store.append(running.pk, offset, body)
        assert verdicts(look(running))["zero_norm_regions"]["says"]["values"]["hits"] == begin + 100


def test_a_resume_takes_back_what_it_logs_anew(running, short):
    file = File(running)
    file.post(*(scalars(s, region_zero_rows=1, region_rows=8) for s in range(1, 601)))
    assert verdicts(look(running))["zero_norm_regions"]["says"]["values"]["hits"] == 600
    # as many points again, of which none is bad: counts alone would not tell
    file.post(
        {"kind": "start", "attempt": 2, "step": 100},
        *(scalars(s, region_zero_rows=0, region_rows=8) for s in range(101, 601)),
    )
    assert verdicts(look(running))["zero_norm_regions"]["says"]["values"]["hits"] == 100


def test_points_that_come_late_are_counted(running, short):
    file, other = File(running), File(running, source="other")
    file.post(*(scalars(s, region_zero_rows=0, region_rows=8) for s in range(1, 601)))
    look(running)
    other.post(scalars(5, region_zero_rows=4, region_rows=8))
    verdict = verdicts(look(running))["zero_norm_regions"]
    assert verdict["says"]["values"]["hits"] == 4
    assert verdict["since_step"] == 5


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    order=st.randoms(use_true_random=False),
    posts=st.integers(1, 12),
    looks=st.sets(st.integers(0, 24)),
)
def test_any_order_of_posts_ends_with_the_same_verdicts(running, short, order, posts, looks):
    twin = Run.objects.create(
        project=running.project,
        number=Run.objects.count() + 1,
        status=Status.RUNNING,
        trainer="region_contrastive",
        config={"steps": 600},
    )
    events = [
        scalars(
            step,
            time=1e9 + step,
            train_loss="NaN" if step == 321 else 1.0 + step % 5,
            region_zero_rows=int(100 < step < 110),
            region_rows=8,
            region_boxes=12,
            region_boxes_invalid=int(step % 50 == 0),
        )
        for step in range(1, 601)
    ]
    size = -(-len(events) // posts)
    pieces = [events[begin : begin + size] for begin in range(0, len(events), size)]
    order.shuffle(pieces)
    for number, piece in enumerate(pieces):
        File(twin, source=f"directory {number}").post(*piece)
        if number in looks:
            seen, then = states(look(twin).verdicts), states(whole(twin))
            assert {rule for rule in then if then[rule] != seen[rule]} <= LASTING
    assert look(twin).state == "fail"
    finish(twin)
    made = verdicts(examine(Run.objects.get(pk=twin.pk)))
    assert made["zero_norm_regions"]["says"]["values"]["hits"] == 9
    assert made["non_finite_loss"]["since_step"] == 321
    straight = File(Run.objects.create(project=running.project, number=0, trainer=twin.trainer,
                                       config=twin.config, status=Status.FINISHED))  # fmt: skip
    straight.post(*events)
    assert list(made.values()) == whole(straight.run)
    Run.objects.filter(number=0).delete()


def test_of_two_looks_at_once_the_newer_one_is_kept(running):
    file = File(running)
    file.post(scalars(1, train_loss=1.0))
    kept = None
    older = watching._judged(running, kept, remembering.view(running.pk), NONE)
    file.post(scalars(2, train_loss="NaN"))
    assert look(running).state == "fail"
    assert keep(running, older).state == "fail"
    assert verdicts(Examination.objects.get())["non_finite_loss"]["state"] == "fail"


def test_a_look_that_the_end_of_the_run_overtook_is_not_kept(running):
    file = File(running)
    file.post(scalars(1, train_loss=1.0))
    late = watching._judged(running, None, remembering.view(running.pk), NONE)
    finish(running)
    ended = examine(running)
    keep(running, late)
    assert Examination.objects.get().verdicts == ended.verdicts
    assert states(ended.verdicts)["stall"] == "not_applicable"


def test_two_that_remember_at_once_leave_a_memory_that_holds(running, short):
    file = File(running)
    file.post(*(scalars(s, region_zero_rows=1, region_rows=8) for s in range(1, 401)))
    older = remembering.view(running.pk)
    file.post(*(scalars(s, region_zero_rows=1, region_rows=8) for s in range(401, 801)))
    look(running)
    remembering.remember(running.pk, older)
    assert verdicts(look(running))["zero_norm_regions"]["says"]["values"]["hits"] == 800


def test_all_is_judged_again_whenever_the_run_grew_by_a_quarter(running, short):
    file, seen = File(running), []
    for begin in range(1, 1001, 50):
        file.post(*(scalars(s, train_loss=1.0 + s % 3) for s in range(begin, begin + 50)))
        seen.append(look(running).whole_points)
    assert seen[:3] == [50, 100, 150]
    assert sorted(set(seen[3:])) == [200, 250, 350, 450, 600, 750, 950]


def test_it_is_judged_again_under_other_thresholds(running, short):
    file = File(running)
    file.post(*(scalars(s, train_loss=1.0 + s % 3) for s in range(1, 401)))
    look(running)
    file.post(scalars(401, train_loss=1.0))
    assert look(running).is_partial
    Examination.objects.update(engine_version="before")
    assert not look(running).is_partial


@pytest.mark.parametrize(("points", "is_due"), [(2, True), (watching.FULL * 9, False)])
def test_a_run_of_many_points_is_judged_less_often(running, points, is_due):
    File(running).post(scalars(1, train_loss=1.0))
    watch(running.pk)
    lately = now() - timedelta(seconds=watching.EVERY + watching.LONGER / 2)
    Examination.objects.update(made_at=lately, points=points)
    assert watching._is_due(running.pk) == is_due
    Examination.objects.update(made_at=now() - timedelta(seconds=watching.EVERY + watching.LONGER))
    assert watching._is_due(running.pk)


def test_is_not_judged_at_every_post_but_what_came_last_is(running):
    file = File(running)
    file.post(scalars(1, train_loss=1.0))
    watch(running.pk)
    file.post(scalars(2, train_loss="NaN"))
    watch(running.pk)
    catch_up(running.pk)
    assert Examination.objects.get().state != "fail"
    Examination.objects.update(made_at=now() - timedelta(seconds=watching.EVERY + 0.1))
    catch_up(running.pk)
    assert Examination.objects.get().state == "fail"
    made_at = now() - timedelta(seconds=10)
    Examination.objects.update(made_at=made_at)
    catch_up(running.pk)  # nothing new
    assert Examination.objects.get().made_at == made_at


def test_points_that_come_after_the_end_are_judged_with_all_others(running, short):
    file = File(running)
    file.post(*(scalars(s, train_loss=1.0) for s in range(1, 401)))
    look(running)
    finish(running)
    file.post(scalars(401, train_loss="NaN"))
    Examination.objects.update(made_at=now() - timedelta(minutes=1))
    watch(running.pk)
    assert Examination.objects.get().verdicts == whole(running)
    assert Examination.objects.get().state == "fail"


def test_only_a_run_that_is_at_work_is_looked_at_though_it_is_silent(running):
    File(running).post(scalars(1, train_loss=1.0))
    look(running)
    assert silent() == []
    Examination.objects.update(made_at=now() - timedelta(seconds=watching.SILENT + 1))
    assert silent() == [running.pk]
    finish(running)
    assert silent() == []


def test_a_project_that_looks_at_more_points_is_shown_more():
    window = next(r for r in RULES if r.name == "amp_overflow")
    chosen = Overrides(1, {window.name: {"window": 9000}})
    assert watching._recent(chosen) == 9000
    assert watching._recent(Overrides()) == RECENT


def test_every_lasting_rule_is_one_of_the_rules():
    assert {rule.name for rule in RULES} >= LASTING


def test_a_very_long_run_is_judged_curve_by_curve(running, monkeypatch):
    monkeypatch.setattr("dashboard.health.stored.HELD", 150)
    file = File(running)
    file.post(*(scalars(s, train_loss=1.0, train_lr=1.0, region_zero_rows=1, region_rows=8)
                for s in range(1, 101)))  # fmt: skip
    curves = context_of(running).curves
    assert isinstance(curves, StoredCurves)
    assert dict(curves.items()).keys() == {
        "train/loss",
        "train/lr",
        "region/zero_rows",
        "region/rows",
    }
    assert sum(map(len, curves.held.values())) <= 150
    context = replace(context_of(running), bounds=bounds(running.trainer))
    loaded = replace(context, curves=store.read(running.pk))
    assert judge(context) == judge(loaded)
    assert np.array_equal(curves["train/loss"].steps, np.arange(1, 101))
    assert "unknown" not in curves
