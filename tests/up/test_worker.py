"""A worker's slots are the machine's GPUs, and it says which settings it lacks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.up import worker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """Stands in for nvidia-smi; call it with what it should say."""
    program = tmp_path / "nvidia-smi"
    monkeypatch.setattr(shutil, "which", lambda _: str(program))

    def says(script: str) -> None:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)

    return says


def test_one_slot_per_gpu(nvidia_smi):
    nvidia_smi("printf '0\\n1\\n'")
    assert worker.find_slots() == "gpu:0,gpu:1"
    assert worker.command("gpu:0,gpu:1")[-3] == "2"


def test_a_cpu_slot_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert worker.find_slots() == "cpu:0"


def test_a_broken_driver_is_no_gpu(nvidia_smi):
    nvidia_smi("echo 'NVIDIA-SMI has failed because it could not communicate'; exit 9")
    assert worker.find_slots() == "cpu:0"


def test_gpus_are_numbered_as_nvidia_smi_does():
    assert worker.environment("gpu:0")["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


def test_says_what_is_missing():
    answer = subprocess.run(
        [sys.executable, "-c", "from dashboard.up import worker; worker.main()"],
        cwd=ROOT,
        env={"PATH": "/bin", "REDIS_URL": "redis://somewhere"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert "FIXPOINT_URL" in answer.stderr
    assert "token create" in answer.stderr
    assert "REDIS_URL" not in answer.stderr
