"""RES-03: memory that is almost full."""

from typing import Any

from dashboard.health.rules.memory_limit import memory_limit
from dashboard.metrics.series import Series
from tests.health.given import context, verdict_of

GIB = 2.0**30


def said(config=None, **system) -> Any:
    curves = {
        name.replace("__", "/"): Series.of([1000, 2000], [GIB * value for value in values])
        for name, values in system.items()
    }
    return verdict_of(memory_limit, context({"train/loss": [1.0]}, config=config, system=curves))


def test_silent_where_there_is_room():
    verdict = said(memory__host=[8, 9], memory__total=[16, 16])
    assert verdict["remark"] is None
    assert verdict["says"] == "memory/host: 9.000 of 16.000 GiB were in use, 56 %."


def test_speaks_of_the_fullest():
    verdict = said(
        memory__host=[8, 9],
        memory__total=[16, 16],
        gpu__0__memory=[70, 78],
        gpu__0__memory_total=[80, 80],
        gpu__1__memory=[10, 10],
        gpu__1__memory_total=[80, 80],
    )
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"].startswith("gpu/0/memory: 78.000 of 80.000 GiB were in use, 98 %.")


def test_a_peak_counts_after_it_is_over():
    assert said(memory__host=[15.5, 4], memory__total=[16, 16])["held_back"] == "warn"


def test_offers_half_the_batch_in_twice_as_many_passes():
    config = {"batch_size": 8, "accumulation": 1}
    full = {"gpu__0__memory": [79], "gpu__0__memory_total": [80]}
    system = {name: [*values, *values] for name, values in full.items()}
    assert said(config, **system)["patch"] == {"batch_size": 4, "accumulation": 2}
    assert said({"batch_size": 7, "accumulation": 1}, **system)["patch"] == {}


def test_not_applicable_where_the_size_is_not_read():
    assert said(memory__host=[8, 9])["state"] == "not_applicable"
    assert said(memory__host=[8, 9], memory__total=[0, 0])["state"] == "not_applicable"
    assert said()["state"] == "not_applicable"
