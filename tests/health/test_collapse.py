"""CTR-06: embeddings that fall into few directions, each modality on its own."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.collapse import collapse
from tests.health.given import context, noisy, verdict_of


def said(share, count=100, limit=40.0, **config) -> Any:
    falling = np.where(np.arange(count) < 20, max(share, 0.7), share)
    curves = {
        "region/effective_rank": noisy(falling * limit),
        "text/effective_rank": noisy(np.full(count, 0.7 * limit)),
        "region/effective_rank_limit": np.full(count, limit),
    }
    return verdict_of(collapse, context(curves, config=config))


@pytest.mark.parametrize(("share", "state"), [(0.14, "fail"), (0.23, "fail"), (0.38, "pass"),
                                               (0.59, "pass"), (0.79, "pass")])  # fmt: skip
def test_the_levels_of_the_pilot(share, state):
    assert said(share)["state"] == state


def test_names_the_one_that_collapsed():
    verdict = said(0.2)
    assert "region/effective_rank is" in verdict["says"]
    assert verdict["patch"] == {"learning_rate": pytest.approx(1e-5)}


def test_each_modality_has_its_groups_limit():
    curves = {
        "sdm/text/effective_rank": np.where(np.arange(60) < 20, 12.0, 3.0),
        "sdm/rgb/effective_rank": np.full(60, 15.0),
        "sdm/effective_rank_limit": np.full(60, 20.0),
    }
    verdict = verdict_of(collapse, context(curves))
    assert verdict["state"] == "fail"
    assert verdict["evidence"][0]["curve"] == "sdm/text/effective_rank"


def test_a_low_rank_that_never_was_higher_is_the_datas():
    """Regions of ten digits in some colours: 0.34 of what 40 rows could have."""
    few = {
        "region/effective_rank": np.full(100, 10.0),
        "region/effective_rank_limit": np.full(100, 39.0),
    }
    assert verdict_of(collapse, context(few))["state"] == "pass"


def test_hardly_any_direction_is_a_collapse_whatever_it_was():
    one = {
        "region/effective_rank": np.full(100, 2.0),
        "region/effective_rank_limit": np.full(100, 39.0),
    }
    assert verdict_of(collapse, context(one))["state"] == "fail"


def test_silent_of_a_dip():
    curves = {
        "region/effective_rank": np.where(np.arange(100) >= 85, 5.0, 25.0),
        "region/effective_rank_limit": np.full(100, 40.0),
    }
    assert verdict_of(collapse, context(curves))["state"] == "pass"


def test_waits_for_fifty_values():
    assert said(0.1, 49)["state"] == "waiting"


def test_not_applicable_without_the_limit():
    curves = {"eval/text/effective_rank": np.ones(100), "train/loss": np.ones(100)}
    assert verdict_of(collapse, context(curves))["state"] == "not_applicable"


def test_a_rank_that_is_low_from_the_first_step_is_blamed_on_a_common_part():
    one = {
        "region/effective_rank": np.full(100, 5.0),
        "region/effective_rank_limit": np.full(100, 39.0),
    }
    verdict = verdict_of(collapse, context(one))
    assert verdict["causes"][0].startswith("A common part in all embeddings")
    assert verdict["patch"] == {}


def test_one_direction_alone_among_others_is_blamed_on_inputs_that_are_alike():
    ranks = {
        "sdm/infrared/effective_rank": np.full(100, 1.0),
        "sdm/text/effective_rank": np.full(100, 12.0),
        "sdm/effective_rank_limit": np.full(100, 20.0),
    }
    verdict = verdict_of(collapse, context(ranks))
    assert verdict["causes"][0].startswith("All inputs of sdm/infrared are alike")
