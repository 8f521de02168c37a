"""CCH-01: hits among the keys seen before; a first pass cannot hit."""

from typing import Any

import numpy as np

from dashboard.health.rules.cache_hits import cache_hits
from tests.health.given import context, verdict_of


def said(seen, hits, facts=None, curves=None, **config) -> Any:
    seen = np.asarray(seen, dtype=float)
    given = {
        "cache/requests": np.full(len(seen), 8.0),
        "cache/seen_before": seen,
        "cache/hits_seen_before": np.broadcast_to(hits, seen.shape),
        **(curves or {}),
    }
    return verdict_of(cache_hits, context(given, facts, config))


def two_passes(steps=60) -> Any:
    return np.where(np.arange(steps) < 30, 0.0, 8.0)


def test_speaks_of_a_cache_that_never_hits():
    verdict = said(two_passes(), 0.0, {"cache/limit": 1000}, cache_key="content_and_device")
    assert verdict["state"] == "fail"
    assert verdict["since_step"] == 31
    assert verdict["number"]["high"] < 0.02
    assert verdict["patch"] == {"cache_key": "content"}
    assert verdict["causes"][0].startswith("The key holds more")


def test_the_first_pass_cannot_hit():
    verdict = said(np.zeros(30), 0.0)
    assert verdict["state"] == "not_applicable"
    assert verdict["says"].startswith("First pass: 240 images asked for")


def test_blames_a_full_cache():
    """Half of the images fit: about 20 % of hits under shuffled access, not half of them."""
    curves = {"cache/bytes": np.full(60, 990.0)}
    hits = two_passes() * 0.2
    verdict = said(two_passes(), hits, {"cache/limit": 1000}, curves, cache_limit=64)
    assert verdict["causes"][0].startswith("The cache is full")
    assert verdict["patch"] == {"cache_limit": 128}


def test_counts_damaged_entries():
    verdict = said(two_passes(), 0.0, curves={"cache/corrupt": np.arange(60.0)})
    assert verdict["causes"][1] == "59 entries were found damaged and removed."


def test_silent_when_the_second_pass_hits():
    verdict = said(two_passes(), two_passes())
    assert verdict["state"] == "pass"
    assert verdict["says"] == "100 % of the images seen before were found in the cache."


def test_silent_where_the_interval_reaches_four_fifths():
    assert said(two_passes(), two_passes() * 0.78)["state"] == "pass"


def test_waits_for_two_hundred_requests():
    assert said(two_passes(54), 0.0)["state"] == "waiting"


def test_not_applicable_without_a_cache():
    assert said(two_passes(), 0.0, {"cache/limit": 0})["state"] == "not_applicable"
    assert verdict_of(cache_hits, context({"train/loss": [1.0]}))["state"] == "not_applicable"
