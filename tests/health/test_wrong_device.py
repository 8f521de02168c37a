"""RES-04: on the CPU beside a visible GPU."""

from typing import Any

import pytest

from dashboard.health.rules.wrong_device import wrong_device
from tests.health.given import context, verdict_of


def said(device, gpus, asked="auto") -> Any:
    facts = {"device": device, "device/visible_gpus": gpus}
    return verdict_of(wrong_device, context({"train/loss": [1.0]}, facts, {"device": asked}))


def test_speaks_of_an_idle_gpu():
    verdict = said("cpu", 2)
    assert verdict["state"] == "fail"
    assert verdict["says"] == "It computes on the CPU, with 2 visible GPUs idle."
    assert verdict["patch"] == {}  # nothing in the configuration asks for the CPU


def test_only_warns_where_the_cpu_was_asked_for():
    verdict = said("cpu", 1, "cpu")
    assert verdict["state"] == "warn"
    assert verdict["patch"] == {"device": "auto"}


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "mps"])
def test_silent_on_the_gpu(device):
    assert said(device, 1)["state"] == "pass"


def test_not_applicable_without_a_gpu():
    assert said("cpu", 0)["state"] == "not_applicable"


def test_not_applicable_where_it_was_not_stated():
    assert verdict_of(wrong_device, context({"train/loss": [1.0]}))["state"] == "not_applicable"
