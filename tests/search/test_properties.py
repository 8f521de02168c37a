"""Whatever is asked, the database finds what a plain reading of the query finds."""

from __future__ import annotations

import datetime as dt
import math
import random
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.runs.models import Run
from dashboard.search import planning
from dashboard.search.fields import PARTS, Field
from dashboard.search.finding import Asked, find
from dashboard.search.syntax import Comparison, Value, Word
from tests.search.given import made
from tests.search.plain import NAN, Plain, fits
from tests.search.queries import trees

pytestmark = pytest.mark.django_db

RUNS = 40
STATES = ("fail", "warn", "pass")
RULES = ("memory_bank", "frozen_scale")
TAGS = ("night", "paper", "Abl", "检索")
DAY = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
METRICS = ("loss", "eval/map", "a.max")
PARAMS: dict[str, list[Any]] = {
    "lr": [1e-4, 1e-3, 0.1, 1, "auto"],
    "size": [8, 16, "Large", True, False],
    "odd name": [-1, 2.5],
}


def _plain(number: int) -> Plain:
    chance = random.Random(number)
    params = {n: chance.choice(values) for n, values in PARAMS.items() if chance.random() < 0.8}
    return Plain(
        name=f"run-{number:02}",
        note=chance.choice(["", "Warm up", "100% sure_x"]),
        status=chance.choice(["queued", "finished", "failed"]),
        seed=chance.choice([-2, 0, 1, 7]),
        created=DAY + dt.timedelta(hours=7 * number),
        tags=chance.sample(TAGS, chance.randrange(3)),
        params=params,
        metrics={
            name: _metric(chance) for name in ("loss", "eval/map", "a.max") if chance.random() < 0.8
        },
        verdicts={rule: chance.choice(STATES) for rule in RULES if chance.random() < 0.7},
    )


def _metric(chance: random.Random) -> tuple[float, float, float]:
    values = [chance.choice([-1.0, 0.0, 0.5, 2.0]) for _ in range(3)]
    last = chance.choice([values[-1], NAN, float("inf")])
    return (last, min(values), max(values)) if chance.random() < 0.9 else (NAN, NAN, NAN)


def _stored(plain: Plain) -> Run:
    from dashboard.metrics.models import Curve

    run = made(
        plain.name,
        params=plain.params,
        verdicts=plain.verdicts,
        created=plain.created,
        note=plain.note,
        status=plain.status,
        seed=plain.seed,
        tags=list(plain.tags),
    )
    for name, parts in plain.metrics.items():
        last, low, high = (None if math.isnan(part) else part for part in parts)
        Curve.objects.create(run=run, name=name, count=3, last=last, low=low, high=high)
    return run


@pytest.fixture
def runs() -> list[Plain]:
    plains = [_plain(number) for number in range(RUNS)]
    stored = [_stored(plain) for plain in plains]
    words = [run.words.text for run in stored]
    return [Plain(**{**vars(p), "words": text}) for p, text in zip(plains, words, strict=True)]


@pytest.fixture(params=[(1000, 5000), (3, 1000), (3, 8)], ids=["named", "as sets", "probed"])
def plans(request, monkeypatch) -> None:
    """Every way in which a condition may be asked for, although there are few runs."""
    few, some = request.param
    monkeypatch.setattr(planning, "FEW", few)
    monkeypatch.setattr(planning, "SOME", some)


def _compare(fields, operators, texts) -> st.SearchStrategy[Comparison]:
    single = [o for o in operators if o not in ("in", "not in", "null", "not null", "nan")]
    values = st.builds(Value, st.sampled_from(texts))
    one = st.builds(
        lambda f, o, v: Comparison(f, o, (v,)),
        st.sampled_from(fields),
        st.sampled_from(single),
        values,
    )
    listed = st.builds(
        lambda f, o, vs: Comparison(f, o, tuple(vs)),
        st.sampled_from(fields),
        st.sampled_from(["in", "not in"]),
        st.lists(values, min_size=1, max_size=3),
    )
    kinds = [o for o in operators if o in ("null", "not null", "nan")]
    bare = st.builds(Comparison, st.sampled_from(fields), st.sampled_from(kinds))
    return st.one_of(one, listed, bare) if kinds else st.one_of(one, listed)


ORDERED = ["=", "!=", "<", "<=", ">", ">="]
NULLS = ["null", "not null"]
NUMBERS = ["-1", "0", "0.5", "1", "1e-3", "2.5", "8", "1.5", "-1.5", "inf", "1e300"]
LEAVES = st.one_of(
    _compare([Field("params", name) for name in (*PARAMS, "none")], [*ORDERED, *NULLS], NUMBERS),
    _compare(
        [Field("params", name) for name in PARAMS],
        ["=", "!=", "~"],
        ["auto", "LARGE", "Large", "true", "True", "a", "0", ".", "1.0"],
    ),
    _compare(
        [Field("metrics", name, part) for name in METRICS for part in PARTS],
        [*ORDERED, *NULLS, "nan"],
        NUMBERS,
    ),
    _compare([Field("verdict", rule) for rule in RULES], ["=", "!=", *NULLS], STATES),
    _compare([Field("", "tag")], ["=", "!=", "~", *NULLS], [*TAGS, "n", "b", "none"]),
    _compare([Field("", "status")], ["=", "!="], ["queued", "finished", "failed", "lost"]),
    _compare(
        [Field("", "note"), Field("", "name")],
        ["=", "!=", "~", *NULLS],
        ["Warm up", "%", "_", "run-0", "RUN-01", "run-07"],
    ),
    _compare([Field("", "seed")], ORDERED, NUMBERS),
    _compare([Field("", "created")], ORDERED, ["2026-11", "2026-11-03", "2026-11-02T19:00"]),
    st.builds(Word, st.sampled_from(["run-1", "NIGHT", "warm", "100%", "检", "fin", "zzz"])),
)  # fmt: skip


def test_the_database_agrees_with_a_plain_reading(runs, plans):
    @given(trees(LEAVES))
    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    def agrees(tree):
        found = find(Asked(str(tree), size=100))
        assert found.error is None, (str(tree), found.error)
        expected = {run.name for run in runs if fits(tree, run)}
        assert {run.name for run in found.runs} == expected, str(tree)
        assert found.count.number == len(expected)

    agrees()


ORDERS = [
    "created", "name", "note", "status", "health", "seed", "number", "user", "project", "started",
    "duration", "params.lr", "params.size", 'params."odd name"', "params.none", "metrics.loss",
    "metrics.loss.max", 'metrics."a.max".min', "verdict.memory_bank", "preset", "host",
]  # fmt: skip


@pytest.mark.parametrize("order", [o for o in ORDERS if o != "note"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_show_every_run_once_forward_and_back(runs, order, sign):
    forward: list[list[str]] = []
    back: list[list[str]] = []
    asked = Asked("not name = run-03", sign + order, size=7)
    whole = [run.name for run in find(Asked(asked.query, asked.sort, size=100)).runs]
    page = find(asked)
    while True:
        assert page.error is None
        forward.append([run.name for run in page.runs])
        if not page.next:
            break
        page = find(Asked(asked.query, asked.sort, page.next, size=7))
    assert list(chain(*forward)) == whole
    assert sorted(whole) == sorted(run.name for run in runs if run.name != "run-03")
    while page.previous:
        page = find(Asked(asked.query, asked.sort, page.previous, size=7))
        back.insert(0, [run.name for run in page.runs])
    assert len(back) == len(forward) - 1
    assert list(chain(*back))[-7:] == list(chain(*forward[:-1]))[-7:]


def _key(run: Plain, name: str) -> Any:
    value = run.params.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


@pytest.mark.parametrize("sign", ["", "-"])
def test_numbers_come_first_and_runs_without_a_value_last(runs, sign):
    found = [run.name for run in find(Asked("", f"{sign}params.lr", size=100)).runs]
    by_name = {run.name: run for run in runs}
    values = [_key(by_name[name], "lr") for name in found]
    numbers = [value for value in values if value is not None]
    assert numbers == sorted(numbers, reverse=sign == "-")
    assert values[: len(numbers)] == numbers
    rest = [by_name[name].params.get("lr") for name in found[len(numbers) :]]
    assert rest == sorted(rest, key=lambda value: value is None)


@pytest.mark.parametrize("sort", ["-created", "-metrics.loss", "params.lr"])
def test_the_next_page_stands_while_runs_arrive(runs, sort):
    first = find(Asked("", sort, size=10))
    expected = [run.name for run in find(Asked("", sort, first.next, size=10)).runs]
    made("late", params={"lr": 1e-9}, metrics={"loss": ["Infinity"]})
    assert [run.name for run in find(Asked("", sort, first.next, size=10)).runs] == expected
    assert find(Asked("", sort, size=10)).runs[0].name == "late"
