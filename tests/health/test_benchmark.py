"""The fault benchmark: what it trains, what it keeps, and how it counts."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from dashboard.health.benchmark import plan, records, running
from dashboard.health.benchmark.effect import Twins
from dashboard.health.benchmark.plan import Order
from dashboard.health.benchmark.records import Record
from dashboard.health.benchmark.report import page
from dashboard.health.benchmark.scoring import outcome
from dashboard.health.benchmark.summary import Case, summary
from dashboard.health.rules import RULES
from dashboard.metrics.series import Series
from trainers.catalog import BUILT_IN
from trainers.faults.catalogue import FAULTS
from trainers.faults.fault import BOX

STEPS = np.arange(1, 151)
TRAINER = BUILT_IN[BOX]


def record(key="twin-box_refinement-0", *, score=0.75, loss=None, times=0.02, fault="") -> Record:
    order = Order(key, "fault" if fault else "healthy", BOX, "dev", 0, {}, fault)
    falling = 0.2 + np.exp(-STEPS / 40)
    curves = {
        "train/loss": Series.of(STEPS, falling if loss is None else loss),
        "time/step": Series.of(STEPS, np.full(150, times)),
        "eval/iou": Series.of([0, 50, 100, 150], [0.6, 0.7, score, score]),
    }
    return Record(order, {"learning_rate": 1e-3}, {"device": "cpu"}, curves)


def twins(*scores: float) -> Twins:
    found = {f"twin-{BOX}-{n}": record(f"twin-{BOX}-{n}", score=s) for n, s in enumerate(scores)}
    return Twins(found, TRAINER)


def case(given: Record, *, effective=False, repaired=None) -> Case:
    full, losses = outcome(given, TRAINER), outcome(given, TRAINER, "losses")
    return Case(given, full, losses, effective, repaired)


BROKEN = np.where(STEPS < 71, 1.0, math.nan)


def test_every_kind_of_fault_is_asked_for_and_every_healthy_run_has_its_own_seed():
    orders = plan.orders(plan.FULL)
    assert {o.fault for o in orders if o.fault} == set(FAULTS)
    assert len(FAULTS) >= 26
    healthy = [o for o in orders if o.role == "healthy"]
    assert len(healthy) >= 300
    test = [o for o in healthy if o.split == "test"]
    assert len({o.seed for o in test}) == len(test)
    assert len({o.key for o in orders}) == len(orders)


def test_both_splits_have_faults_of_every_trainer():
    kinds = {(fault.trainer, fault.split) for fault in FAULTS.values()}
    assert kinds == {(t, split) for t in plan.TRAINERS for split in ("dev", "test")}


def test_what_names_a_fault_is_a_rule_that_there_is():
    names = {rule.name for rule in RULES}
    assert {rule for fault in FAULTS.values() for rule, _words in fault.named} <= names


def test_a_run_is_kept_with_its_odd_values_and_without_places_of_the_machine(tmp_path):
    lines = [
        {"kind": "facts", "values": {"resume/from": "/somewhere/else/step-20.pt"}},
        {"kind": "scalars", "step": 1, "values": {"train/loss": 1.23456789, "time/step": 0.5}},
        {"kind": "scalars", "step": 2, "values": {"train/loss": "NaN", "time/step": 0.5}},
    ]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "config.json").write_text(json.dumps({"config": {"cache_dir": ""}}))
    order = Order("a", "healthy", BOX, "dev", 0)
    kept = records.record_of(records.line_of(order, tmp_path, ""))
    assert kept.order == order
    assert kept.facts == {"resume/from": "step-20.pt"}
    assert kept.curves["train/loss"].values[0] == 1.235
    assert math.isnan(kept.curves["train/loss"].values[1])
    assert np.diff(kept.curves["train/loss"].times)[0] == pytest.approx(0.5)


def test_records_come_back_from_their_files(tmp_path):
    records.pack(tmp_path / "some.jsonl.xz", ['{"a": 1}', '{"a": 2}\n'])
    assert list(records.lines(tmp_path)) == ['{"a": 1}\n', '{"a": 2}\n']


def test_an_alarm_is_dated_by_the_look_that_first_saw_it():
    found = outcome(record(loss=BROKEN, fault="broken_image"), TRAINER)
    assert found.alarms["non_finite_loss"].step == 80
    assert found.since(60) == 80
    assert (found.since(90) or 100) > 90
    assert found.first is not None
    assert found.first["rule"] == "non_finite_loss"


def test_the_loss_curves_alone_hold_nothing_else():
    with_all = outcome(record(), TRAINER)
    alone = outcome(record(), TRAINER, "losses")
    assert "score_not_rising" in with_all.judged
    assert "score_not_rising" not in alone.judged


def test_a_fault_is_effective_only_where_it_did_harm():
    own = twins(0.75, 0.76, 0.74)
    worse = record("targets_in_pixels-0", score=0.5, fault="targets_in_pixels")
    harmless = record("targets_in_pixels-0", score=0.745, fault="targets_in_pixels")
    assert own.is_harmed(worse)
    assert not own.is_harmed(harmless)
    assert own.is_harmed(record(loss=BROKEN, fault="targets_in_pixels"))
    assert own.is_harmed(replace(harmless, error="RuntimeError: out of memory"))


def test_a_slow_fault_is_measured_by_time_and_not_by_its_score():
    own = twins(0.75, 0.76)
    assert own.is_harmed(record(times=0.03, fault="device_in_cache_key"))
    assert not own.is_harmed(record(times=0.02, score=0.1, fault="device_in_cache_key"))


def test_counts_what_was_found_and_what_was_told_of_healthy_runs():
    lost = record("box_loss_lost-0", score=0.5, loss=BROKEN, fault="box_loss_lost")
    found = summary([case(record()), case(lost, effective=True)], {BOX: twins(0.75, 0.76)})
    dev = found["splits"]["dev"]
    assert (dev["healthy"], dev["alarmed"], dev["effective"], dev["found"]) == (1, 0, 1, 1)
    assert dev["median_delay"] == 20
    assert dev["named"] == 0  # NaN is seen, and its cause is another
    assert found["rules"]["non_finite_loss"] == {
        "healthy_runs": 1,
        "false_alarms": 0,
        "failed": 0,
        "remarks": 0,
    }


def test_a_fault_that_is_never_found_has_no_delay():
    quiet = record("box_loss_lost-0", score=0.5, fault="box_loss_lost")
    found = summary([case(quiet, effective=True)], {BOX: twins(0.75, 0.76)})
    assert found["splits"]["dev"]["median_delay"] is None
    assert "never, in half of the runs" in page(found, 150)


def test_says_where_a_target_is_missed_and_where_there_was_nothing_to_measure():
    quiet = record("box_loss_lost-0", score=0.5, fault="box_loss_lost")
    text = page(summary([case(quiet, effective=True)], {BOX: twins(0.75, 0.76)}), 150)
    assert "0 of 1: 0 % | 0 % to 97 % | **missed**" in text
    assert "| no runs |" in text


def test_a_journal_survives_a_line_that_was_cut_off(tmp_path):
    journal = tmp_path / "trained.jsonl"
    journal.write_text('{"order": {"key": "a"}}\n{"order": {"ke')
    assert list(running.trained(journal)) == ["a"]


def test_without_records_the_command_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "unpacked", dict)
    with pytest.raises(CommandError, match="train some first"):
        call_command("benchmark_health", "--score")


@pytest.mark.slow
def test_the_quick_size_trains_judges_and_repairs(tmp_path, capsys):
    call_command("benchmark_health", "--size", "quick", "--data", str(tmp_path), "--jobs", "2")
    told = capsys.readouterr().out
    lines = running.trained(Path(tmp_path) / "quick" / running.JOURNAL)
    assert any(key.startswith("repair-") for key in lines)
    assert "## The test split" in told
    assert all(not json.loads(line)["error"] for line in lines.values())
