"""The one check command runs every step, tells how each went, and fails when one did."""

from __future__ import annotations

import sys

import pytest

from dashboard.up import suite
from dashboard.up.suite import Step


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def steps(monkeypatch):
    """Stands in for the real steps: steps(Step(…), …)."""
    return lambda *chosen: monkeypatch.setattr(suite, "steps", lambda: list(chosen))


def test_all_steps_run_although_one_fails(steps, capfd):
    steps(Step("first", python("raise SystemExit(3)")), Step("second", python("print('I ran')")))
    assert suite.main([]) == 1
    said = capfd.readouterr().out
    assert "I ran" in said
    assert "FAILED (exit code 3)" in said
    assert said.endswith("failed: first\n")


def test_it_is_well_when_all_are(steps, capfd):
    steps(Step("only", python("pass")))
    assert suite.main([]) == 0
    assert capfd.readouterr().out.endswith("all checks passed\n")


def test_paths_are_for_pytest_alone(monkeypatch, capfd):
    monkeypatch.setattr(suite, "PYTEST", python("import sys; print('given', sys.argv[1:])"))
    assert suite.main(["tests/up", "-x"]) == 0
    said = capfd.readouterr().out
    assert "given ['tests/up', '-x']" in said
    assert "types" not in said


def test_no_installation_is_touched(steps, monkeypatch, capfd, tmp_path):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://production")
    monkeypatch.setenv("REDIS_URL", "redis://production")
    steps(Step("look", python("import os; print(sorted(os.environ.items()))")))
    assert suite.main([]) == 0
    said = capfd.readouterr().out
    assert "production" not in said
    assert str(tmp_path) not in said
    assert "fixpoint-test-" in said


def test_the_steps_are_those_that_were_promised():
    assert [step.name for step in suite.steps()] == [
        "format",
        "lint",
        "types",
        "import contracts",
        "migrations",
        "production settings",
        "tests on PostgreSQL",
        "tests",
    ]


def test_production_settings_are_checked_as_such():
    deploy = suite.steps()[-3]
    assert "--deploy" in deploy.command
    assert deploy.environment["FIXPOINT_HTTPS"] == "1"
    assert len(deploy.environment["FIXPOINT_SECRET_KEY"]) > 50
