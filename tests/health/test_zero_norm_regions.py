"""CTR-07: rows of norm 0 in the loss, by rows and by forward passes."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.zero_norm_regions import zero_norm_regions
from dashboard.health.statistics import clopper_pearson
from tests.health.given import context, verdict_of


def said(zero, rows, batches=None, facts=None, config=None, **reasons) -> Any:
    curves = {
        "region/zero_rows": zero,
        "region/rows": rows,
        "region/zero_batches": batches if batches is not None else zero,
        "region/boxes_invalid": zero,
    }
    curves |= {f"region/boxes_invalid/{name}": count for name, count in reasons.items()}
    return verdict_of(zero_norm_regions, context(curves, facts, config))


def test_speaks_of_34_of_568_rows_in_134_forwards():
    """34/134 counts forward passes; the rows are 6.0 %."""
    rows = np.repeat([4.0, 5, 6, 7], [114, 11, 6, 3])
    zero = (np.arange(134) < 34).astype(float)
    assert rows.sum() == 568
    verdict = said(zero, rows, config={"filter_boxes": False}, not_positive=zero)
    assert verdict["state"] == "fail"
    assert verdict["says"] == (
        "34 of 568 region embeddings have norm 0: 6.0 % of the rows (95 %: 4.2 % to 8.3 %),"
        " in 34 of 134 forward passes."
    )
    assert (verdict["number"]["low"], verdict["number"]["high"]) == clopper_pearson(34, 568)
    assert verdict["patch"] == {"filter_boxes": True}


def test_ranks_the_reasons_and_counts_forwards_with_accumulation():
    verdict = said(
        np.full(10, 12.0),
        np.full(10, 40.0),
        batches=np.full(10, 6.0),
        facts={"train/accumulation": 8},
        outside=np.full(10, 4.0),
        not_positive=np.full(10, 8.0),
        padding=np.zeros(10),
    )
    assert "in 60 of 80 forward passes" in verdict["says"]
    assert [cause.split(" (")[0] for cause in verdict["causes"]] == [
        "Width or height not positive",
        "Wholly outside of the image",
    ]


def test_looks_elsewhere_where_no_box_is_invalid():
    verdict = verdict_of(
        zero_norm_regions,
        context({"region/zero_rows": np.ones(20), "region/rows": np.full(20, 40.0)}),
    )
    assert verdict["causes"][0].startswith("Not the boxes")


@pytest.mark.parametrize(("zero", "rows"), [(1, 100), (4, 400), (6, 10_000)])
def test_only_warns_of_a_few(zero, rows):
    assert said([zero], [rows])["state"] == "warn"


def test_silent_without_zero_rows():
    verdict = said(np.zeros(100), np.full(100, 40.0))
    assert verdict["state"] == "pass"
    assert verdict["number"]["high"] == pytest.approx(1 - 0.025 ** (1 / 4000))


def test_waits_for_200_rows():
    assert said(np.zeros(4), np.full(4, 40.0))["state"] == "waiting"


def test_not_applicable_without_regions():
    verdict = verdict_of(zero_norm_regions, context({"train/loss": [1.0]}))
    assert verdict["state"] == "not_applicable"
