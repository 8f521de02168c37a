"""What holds for every rule, so that a new one cannot forget it."""

import json
import pkgutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.health import rules
from dashboard.health.baseline import Baseline, Primary
from dashboard.health.judging import judge
from dashboard.health.overrides import NONE, Overrides
from dashboard.health.precedence import ORDER
from dashboard.health.rule import STATES, Context
from dashboard.health.rules import RULES
from dashboard.health.wording import worded
from dashboard.metrics.series import Series
from tests.health.given import RECORDED, recorded
from trainers.targets import Target

NAMES = (
    "train/loss",
    "train/loss/region",
    "train/grad_norm",
    "train/lr",
    "train/update_ratio",
    "region/loss_over_chance",
    "region/candidates",
    "region/logit_scale",
    "region/logit_scale_grad",
    "region/rows",
    "region/zero_rows",
    "region/zero_batches",
    "region/boxes",
    "region/boxes_invalid",
    "region/boxes_invalid/outside",
    "region/boxes_filtered",
    "region/clamped_scale",
    "region/accuracy",
    "region/max_probability",
    "region/effective_negatives",
    "region/effective_rank",
    "region/effective_rank_limit",
    "region/duplicates",
    "region/duplicates_masked",
    "text/effective_rank",
    "sdm/text/effective_rank",
    "sdm/text/loss",
    "sdm/effective_rank_limit",
    "sdm/norm_over_sqrt_d",
    "sdm/loss_over_chance",
    "sdm/candidates",
    "sdm/positives",
    "sdm/temperature",
    "sdm/smallest_row",
    "sdm/target_row_sum_min",
    "sdm/target_row_sum_max",
    "sdm/negative_terms",
    "sdm/missing_in_loss",
    "sdm/fallbacks",
    "data/missing/text",
    "data/pairs_a",
    "data/pairs_b",
    "data/truncated",
    "train/loss/sdm",
    "train/loss/norm",
    "train/grad_norm_before_clip",
    "train/clipped",
    "amp/scale",
    "amp/skipped",
    "box/l1_over_size",
    "box/iou",
    "cache/requests",
    "cache/hits",
    "cache/seen_before",
    "cache/hits_seen_before",
    "cache/bytes",
    "cache/corrupt",
    "time/step",
    "time/data",
    "time/features",
    "time/forward",
    "system/gpu_memory",
    "eval/region_loss",
    "eval/sdm_loss",
    "eval/loss",
    "warn/swallowed",
    "bank/fill",
    "data/input_min",
    "data/input_max",
)
FACTS = (
    "train/steps",
    "train/accumulation",
    "train/warmup_steps",
    "train/precision",
    "region/logit_scale_initial",
    "region/logit_scale_expected",
    "region/logit_scale_dtype",
    "region/logit_scale_trainable",
    "bank/size",
    "bank/warmup",
    "bank/warmup_unit",
    "bank/due_step",
    "sdm/lower_bound",
    "sdm/loss_precision",
    "sdm/objective",
    "features/norm_target",
    "box/unit",
    "cache/limit",
    "device",
    "device/visible_gpus",
    "device/memory",
    "resume/from",
    "resume/differs",
    "image/preprocessing",
)
SYSTEM = (
    "gpu/0/utilisation",
    "gpu/0/memory",
    "gpu/0/memory_total",
    "memory/host",
    "memory/total",
)
ORIGIN = ("seed", "commit", "edits", "data", "device", "python", "torch")
SETTINGS = (
    "steps",
    "batch_size",
    "bank_size",
    "cache_limit",
    "max_grad_norm",
    "mask_duplicates",
    "objective",
    "learning_rate",
    "precision",
    "filter_boxes",
    "bank_warmup",
    "logit_scale_source",
    "targets",
    "step_budget",
)

VALUE = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1.0, -1.0, 5.0])
JUNK = st.none() | st.booleans() | st.integers(-5, 10**6) | VALUE | st.sampled_from(["", "bf16"])


MESSAGE = st.none() | st.just({"text": "{count} values", "values": {"count": 3}})
KEPT = st.fixed_dictionaries(
    {
        "state": st.sampled_from(STATES),
        "title": MESSAGE,
        "says": MESSAGE,
        "window": st.sampled_from([None, [0, 5], [3, 10**6]]),
        "patch": st.dictionaries(st.sampled_from(SETTINGS), JUNK, max_size=2),
    }
)


@st.composite
def baselines(draw) -> Baseline:
    return Baseline(
        name="before",
        trainer=draw(st.sampled_from(["region_contrastive", "sdm_alignment", "somebody_elses"])),
        over=draw(st.booleans()),
        step=draw(st.integers(0, 500)),
        config=draw(st.dictionaries(st.sampled_from(SETTINGS), JUNK)),
        facts=draw(st.dictionaries(st.sampled_from(FACTS), JUNK)),
        origin=draw(st.dictionaries(st.sampled_from(ORIGIN), JUNK)),
        verdicts=draw(st.dictionaries(st.sampled_from([rule.name for rule in RULES]), KEPT)),
        reached=draw(st.none() | VALUE),
        together=(frozenset(SETTINGS[:2]),),
    )


@st.composite
def series(draw) -> Any:
    """Empty, one point, constant, long, with NaN, with steps that go back."""
    values = draw(st.lists(VALUE, max_size=8))
    repeats = draw(st.sampled_from([1, 1, 30, 200]))
    values = np.repeat(np.array(values), repeats)
    steps = np.arange(len(values))
    if draw(st.booleans()):
        steps = np.array(draw(st.permutations(range(8))))[steps % 8] * draw(st.integers(-3, 50))
    return Series.of(steps, values)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_explains_itself_and_has_a_test(rule):
    assert len(rule.explanation) > 200
    assert rule.title.text
    assert Path(__file__).with_name(f"test_{rule.name}.py").exists()


def test_every_file_is_listed_and_named_after_its_rule():
    files = {module.name for module in pkgutil.iter_modules(rules.__path__)}
    assert files == {rule.name for rule in RULES}
    assert len({rule.id for rule in RULES}) == len(RULES)


def at_the(end: str) -> Overrides:
    """Every threshold of every rule at one end of its range."""
    ends = {rule.name: {t.name: getattr(t, end) for t in rule.thresholds} for rule in RULES}
    return Overrides(1, ends)


ENDS = (NONE, at_the("low"), at_the("high"))


@st.composite
def chosen(draw) -> Overrides:
    """Each threshold at its default or at either end."""
    if draw(st.booleans()):
        all_alike: Overrides = draw(st.sampled_from(ENDS))
        return all_alike
    ends = st.sampled_from(["default", "low", "high"])
    return Overrides(
        1,
        {r.name: {t.name: getattr(t, draw(ends)) for t in r.thresholds} for r in RULES},
    )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    curves=st.dictionaries(st.sampled_from(NAMES), series()),
    facts=st.dictionaries(st.sampled_from(FACTS), JUNK),
    config=st.dictionaries(st.sampled_from(SETTINGS), JUNK),
    over=st.booleans(),
    origin=st.none() | st.dictionaries(st.sampled_from(ORIGIN), JUNK),
    baseline=st.none() | baselines(),
    system=st.dictionaries(st.sampled_from(SYSTEM), series()),
    overrides=chosen(),
)
def test_survives_junk(curves, facts, config, over, origin, baseline, system, overrides):
    primary = Primary("eval/loss", "lower")
    context = Context(
        curves,
        facts,
        config,
        over,
        origin=origin,
        baseline=baseline,
        primary=primary,
        system=system,
        targets=(Target("train/loss", 5, 1.0), Target("eval/loss", 3, 0.5, above=True)),
    )
    for verdict in judge(context, RULES, overrides):
        assert verdict["state"] in STATES
        assert verdict["state"] != "broken", (verdict["rule"], verdict["says"])
        assert all(len(item["steps"]) <= 200 for item in verdict["evidence"])
        json.dumps(verdict, allow_nan=False)
        told = worded(verdict)
        assert told["says"]
        assert "{" not in told["says"]


def test_every_rule_has_its_place_among_equally_bad_verdicts():
    assert sorted(ORDER) == sorted(rule.name for rule in RULES), "add it to precedence.ORDER"


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, -1.0, 1e300])
@pytest.mark.parametrize("count", [0, 1, 2, 19, 20, 61, 500])
@pytest.mark.parametrize("overrides", ENDS, ids=["default", "low", "high"])
def test_survives_constants_of_every_length(value, count, overrides):
    curves = {name: Series.of(range(count), [value] * count) for name in NAMES}
    facts = {"bank/size": 128, "bank/warmup": 6, "train/steps": 100}
    for verdict in judge(Context(curves, facts, {}, over=True), RULES, overrides):
        assert verdict["state"] != "broken", (verdict["rule"], verdict["says"])


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.gz")), ids=lambda path: path.name)
@pytest.mark.parametrize("overrides", ENDS[1:], ids=["low", "high"])
def test_survives_real_runs_at_either_end_of_every_range(path, overrides):
    for verdict in judge(recorded(path.name.removesuffix(".jsonl.gz")), RULES, overrides):
        assert verdict["state"] != "broken", (verdict["rule"], verdict["says"])
        assert "{" not in worded(verdict)["says"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_unknown_kind_of_run_is_not_applicable(rule):
    [verdict] = judge(Context({"eval/accuracy": Series.of([1, 2], [0.1, 0.2])}), [rule])
    assert verdict["state"] == "not_applicable"
    assert worded(verdict)["says"]
