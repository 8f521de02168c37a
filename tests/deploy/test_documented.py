"""What an operator can set is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPERATING = (ROOT / "docs" / "operating.md").read_text()
NAME = re.compile(r"\b(FIXPOINT_[A-Z_]+|DATABASE_URL|REDIS_URL)\b")
COMPOSE_ONLY = {"FIXPOINT_LISTEN", "FIXPOINT_VERSION", "FIXPOINT_WORKER_URL"}  # in .env.example


def read_by_code() -> set[str]:
    files = [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("trainers/**/*.py")]
    quoted = re.compile(r"""["'](FIXPOINT_[A-Z_]+|DATABASE_URL|REDIS_URL)["']""")
    found = {name for file in files for name in quoted.findall(file.read_text())}
    return found | {"DATABASE_URL"}  # dj_database_url reads it


def in_table() -> set[str]:
    table = OPERATING.split("## Environment variables")[1]
    return {row.split("`")[1] for row in table.splitlines() if row.startswith("| `")}


def test_every_variable_that_is_read_is_in_the_table_and_no_other():
    assert in_table() == read_by_code()


def test_no_document_speaks_of_a_variable_that_does_not_exist():
    documents = [ROOT / "docker-compose.yml", ROOT / ".env.example", ROOT / "docs" / "operating.md"]
    for document in documents:
        spoken = set(NAME.findall(document.read_text()))
        assert spoken <= in_table() | COMPOSE_ONLY, document.name


def test_links_inside_the_page_lead_somewhere():
    headings = re.findall(r"^## (.+)$", OPERATING, re.MULTILINE)
    anchors = {re.sub(r"[^a-z ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\(#([a-z-]+)\)", OPERATING)) <= anchors


@pytest.mark.parametrize("name", ["base.in"])
def test_every_direct_dependency_has_its_reason(name):
    reasons = (ROOT / "docs" / "decisions" / "0005-dependencies.md").read_text().lower()
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    for line in [line for line in lines if line and not line.startswith(("#", "-"))]:
        package = re.split(r"[<>=;\[ ]", line)[0].lower()
        assert package.replace("drf-spectacular-sidecar", "sidecar") in reasons, package
