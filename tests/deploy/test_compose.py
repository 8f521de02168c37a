"""docker-compose.yml and Dockerfile: valid, whole, and without a password of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from dashboard.up import probe

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:[-?][^}]*)?\}")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text().splitlines()
    if line and not line.startswith("#")
)


def test_follows_the_compose_specification():
    words = ["--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")]
    answer = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_has_every_part_of_an_installation():
    assert {"web", "housekeeping", "worker", "redis", "postgres"} <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_waits_only_for_services_that_exist_and_can_be_healthy(name):
    for other in SERVICES[name].get("depends_on", {}):
        assert "healthcheck" in SERVICES[other], f"{name} waits for {other}"


def test_nobody_waits_in_a_circle():
    def waits_for(name: str, seen: tuple[str, ...] = ()) -> None:
        assert name not in seen, " -> ".join([*seen, name])
        for other in SERVICES[name].get("depends_on", {}):
            waits_for(other, (*seen, name))

    for name in SERVICES:
        waits_for(name)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_our_health_checks_are_probes_that_exist(name):
    words = SERVICES[name]["healthcheck"]["test"]
    assert words[1:4] == ["python", "-m", "dashboard.up.probe"]
    assert words[4] in {*probe.PARTS, "worker"}


@pytest.mark.parametrize("name", OURS)
def test_our_commands_exist(name):
    verb = SERVICES[name]["command"][0]
    assert verb == "worker" or get_commands()[verb].startswith("dashboard.")


def test_named_volumes_are_declared_and_used():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "/"))
    }
    assert used == set(COMPOSE["volumes"])


def test_every_variable_is_in_the_example_and_none_is_there_in_vain():
    variables = {name for name, _ in VARIABLE.findall(TEXT)}
    assert variables == set(EXAMPLE) - {"COMPOSE_PROFILES"}


def test_every_variable_says_what_happens_without_it():
    assert [name for name, without in VARIABLE.findall(TEXT) if not without] == []


def test_no_secret_has_a_default():
    secrets = {"FIXPOINT_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    for name, without in VARIABLE.findall(TEXT):
        assert name not in secrets or without.startswith(":?")
    assert {EXAMPLE[name] for name in secrets} == {""}


def test_only_the_web_is_reachable_and_only_from_this_host_by_default():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["web"]
    assert published["web"] == ["${FIXPOINT_LISTEN:-127.0.0.1:8000}:8000"]


def test_the_worker_gets_the_gpus_and_no_database():
    devices = SERVICES["worker"]["deploy"]["resources"]["reservations"]["devices"]
    assert devices[0]["capabilities"] == ["gpu"]
    for name in ("worker", "worker-cpu"):
        assert set(SERVICES[name]["environment"]) == {"REDIS_URL", "FIXPOINT_URL"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_give_up_what_they_do_not_need(name):
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


def test_the_image_copies_only_what_exists():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if re.match(r"COPY (?!--from)", line)]
    for path in [path for paths in copied for path in paths]:
        assert (ROOT / path).exists(), path


def test_the_image_does_not_run_as_root():
    last = (ROOT / "Dockerfile").read_text().rsplit("\nFROM ", 1)[1]
    assert "\nUSER fixpoint\n" in last


def test_secrets_and_data_stay_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert allowed.isdisjoint({".env", "data", ".git", ".venv"})
