"""How often a rule errs is read from files, and said only where they say it."""

import json

import pytest

from dashboard.health import measured
from dashboard.health.measured import Rate


@pytest.fixture
def files(tmp_path, monkeypatch):
    def write(simulated=None, trained=None):
        for name, held in (("SIMULATED", simulated), ("TRAINED", trained)):
            path = tmp_path / f"{name}.json"
            monkeypatch.setattr(measured, name, path)
            if held is not None:
                path.write_text(json.dumps(held))

    return write


def simulated(alarms=0, runs=100, remarks=0):
    row = {"judged": {"stall": runs}, "alarms": {"stall": alarms}, "remarks": {"stall": remarks}}
    return {"rows": [row, {**row, "judged": {}}]}


def rate() -> Rate:
    found = measured.rate("stall")
    assert found is not None
    return found


def test_without_any_file_nothing_is_claimed(files):
    files()
    assert measured.rate("stall") is None


def test_a_rule_that_nothing_measured_judges_has_no_rate(files):
    files(simulated())
    assert measured.rate("collapse") is None


def test_no_alarm_in_a_hundred_runs_is_not_called_zero(files):
    files(simulated())
    assert (rate().alarms, rate().runs) == (0, 100)
    assert rate().most == pytest.approx(0.0362, abs=1e-4)


def test_trainings_count_before_simulations(files):
    files(simulated(), {"rules": {"stall": {"healthy_runs": 300, "false_alarms": 3}}})
    assert (rate().alarms, rate().runs, rate().real) == (3, 300, True)


@pytest.mark.parametrize("odd", [{}, {"rules": []}, {"rules": {"stall": {"healthy_runs": 0}}}])
def test_a_benchmark_that_says_nothing_of_a_rule_leaves_the_simulation(files, odd):
    files(simulated(), odd)
    assert rate().real is False


def test_a_file_that_was_written_anew_is_read_anew(files):
    files(simulated(alarms=0))
    assert rate().alarms == 0
    files(simulated(alarms=7))
    assert rate().alarms == 14
