"""The benchmark's tables: rows of cells, in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.comparison.benchmark import draws, measures, others
from dashboard.comparison.benchmark.measures import Rate
from dashboard.comparison.decision import ERRORS, LEVEL, Question, Verdict
from dashboard.comparison.statistics.power import paired_power, unpaired_power

RUNS = (2, 3, 5, 10, 20)
KINDS = (*draws.KINDS, draws.IN_STEPS)
LOOKS = ((3, 6, 12), (5, 10, 20), (3, 5, 7, 9))
RNG_SEED = 6
LIMIT = ERRORS  # of equal arms that may be called different

Cell = Rate | float | str
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A rate above `limit` for certain is marked where the page is made; None: no limit."""

    title: str
    says: str
    heads: Sequence[str]
    rows: Sequence[Row]
    limit: float | None = None


def tables(studies: int) -> list[Table]:
    """All of them, with `studies` studies a cell; the same numbers each time."""
    rng = np.random.default_rng(RNG_SEED)
    equal = [_equal(rng, studies, paired=paired) for paired in (True, False)]
    return [
        *equal,
        _covering(rng, studies),
        _recorded(rng, studies),
        _looking_again(rng, studies),
        _losing(rng, studies),
        _uneven(rng, studies),
        _power(rng, studies),
        _equivalence(rng, studies),
        _more_seeds(rng, studies),
        _guardrails(rng, studies),
        _other_ways(rng, studies),
    ]


def _equal(rng: np.random.Generator, studies: int, *, paired: bool) -> Table:
    rows: list[Row] = [
        (kind, *(_false_alarms(rng, kind, studies, runs, paired=paired) for runs in RUNS))
        for kind in KINDS
    ]
    return Table(
        f"Two equal arms, {'paired by seed' if paired else 'not paired'}",
        "How often a study of two equal arms says improved or worse, by runs an arm.",
        ("a run ends", *map(str, RUNS)),
        rows,
        LIMIT,
    )


def _false_alarms(
    rng: np.random.Generator, kind: str, studies: int, runs: int, *, paired: bool
) -> Rate:
    arms = draws.studies(rng, kind, studies, runs, paired=paired)
    return measures.decided(measures.verdicts(*arms, paired=paired))


def _covering(rng: np.random.Generator, studies: int) -> Table:
    rows: list[Row] = []
    for kind in draws.KINDS:
        for paired in (True, False):
            found = [draws.studies(rng, kind, studies, runs, paired=paired) for runs in RUNS]
            cells = [
                measures.covered(measures.verdicts(one, other, paired=paired), 0.0)
                for one, other in found
            ]
            rows.append((f"{kind}, {'paired' if paired else 'not paired'}", *cells))
    return Table(
        "What the interval holds",
        f"How often the interval of {100 * LEVEL:g} % holds the true difference, by runs an arm.",
        ("a run ends", *map(str, RUNS)),
        rows,
    )


def _recorded(rng: np.random.Generator, studies: int) -> Table:
    rows: list[Row] = []
    for name, values in draws.recorded().items():
        cells: list[Cell] = []
        for runs in (3, 5, 10):
            one, other = draws.resampled(rng, values, studies, runs)
            cells += [
                measures.decided(measures.verdicts(one, other, paired=paired))
                for paired in (True, False)
            ]
        rows.append((f"`{name}`", f"{values.mean():.4g} ± {values.std(ddof=1):.2g}", *cells))
    heads = [f"{runs}, {how}" for runs in (3, 5, 10) for how in ("paired", "not")]
    return Table(
        "Two equal arms of runs that were trained",
        "The last values of 40 seeds of one configuration, dealt out into two arms.",
        ("metric", "mean ± sd", *heads),
        rows,
        LIMIT,
    )


def _looking_again(rng: np.random.Generator, studies: int) -> Table:
    rows: list[Row] = []
    for kind in KINDS:
        cells: list[Cell] = []
        for looks in LOOKS:
            one, other = draws.studies(rng, kind, studies, max(looks), paired=True)
            cells.append(measures.looked_again(one, other, looks, paired=True))
        rows.append((kind, *cells))
    heads = [", then ".join(map(str, looks)) for looks in LOOKS]
    return Table(
        "Seeds added while the answer is undecided",
        "Two equal arms, paired: how often any of the answers says improved or worse. The first is"
        " at 96 %, those after seeds were added at 99.5 %, 99.75 % …",
        ("a run ends", *heads),
        rows,
        LIMIT,
    )


def _losing(rng: np.random.Generator, studies: int) -> Table:
    rows: list[Row] = []
    for runs, worst in ((5, 1), (10, 1), (10, 2)):
        one, other = draws.studies(rng, "normal", studies, runs, paired=False)
        rows.append(
            (
                f"{worst} of {runs}",
                measures.with_losses(one, other, worst, dropped=True),
                measures.with_losses(one, other, worst, dropped=False),
            )
        )
    return Table(
        "An arm that loses its worst runs",
        "Two equal arms, of which the later one's worst runs crash: how often it improved. 2 % are"
        " due, for improved is half of all errors.",
        ("runs that crash", "left out in silence", "as a study counts them"),
        rows,
    )


def _uneven(rng: np.random.Generator, studies: int) -> Table:
    rows: list[Row] = []
    for before, after in ((2, 10), (3, 20), (5, 10), (10, 1), (30, 1)):
        cells: list[Cell] = []
        for kind in draws.KINDS:
            one, _ = draws.studies(rng, kind, studies, before, paired=False)
            _, other = draws.studies(rng, kind, studies, after, paired=False)
            cells.append(measures.decided(measures.verdicts(one, other, paired=False)))
        rows.append((f"{before} against {after}", *cells))
    return Table(
        "Arms of different size",
        "Two equal arms: how often improved or worse is said. A single run may be called different"
        " only by its rank.",
        ("runs", *draws.KINDS),
        rows,
        LIMIT,
    )


def _power(rng: np.random.Generator, studies: int) -> Table:
    rows: list[Row] = []
    apart = math.sqrt(2 * (1 - draws.SHARED))
    for runs in (3, 5, 10, 20):
        for effect in (0.5, 1.0, 2.0):
            cells: list[Cell] = []
            for paired in (True, False):
                stated = (
                    paired_power(effect, apart, runs, LEVEL)
                    if paired
                    else unpaired_power(effect, 1.0, runs, LEVEL)
                )
                cells += [stated, _seen(rng, studies, runs, effect, paired=paired)]
            rows.append((str(runs), f"{effect:g}", *cells))
    return Table(
        "Known effects",
        "How often an effect is called improved, as it is stated and as it comes out. Effects in"
        " standard deviations between runs; runs of one seed correlate by 0.8.",
        ("runs an arm", "effect", "paired: stated", "found", "not paired: stated", "found"),
        rows,
    )


def _seen(
    rng: np.random.Generator, studies: int, runs: int, effect: float, *, paired: bool
) -> Rate:
    of_seed = math.sqrt(draws.SHARED) * rng.normal(size=(2, studies, runs))
    own = math.sqrt(1 - draws.SHARED) * rng.normal(size=(2, studies, runs))
    before = of_seed[0] + own[0]
    after = of_seed[0 if paired else 1] + own[1] + effect
    return measures.said(measures.verdicts(before, after, paired=paired), Verdict.IMPROVED)


def _equivalence(rng: np.random.Generator, studies: int) -> Table:
    question = Question("m", higher=True, smallest=1.0)
    rows: list[Row] = []
    for runs in RUNS:
        cells: list[Cell] = []
        for effect in (0.0, 0.5, 1.0):
            one, other = draws.studies(rng, "normal", studies, runs, paired=True)
            found = measures.verdicts(one, other + effect, question, paired=True)
            cells.append(measures.said(found, Verdict.NO_DIFFERENCE))
        rows.append((str(runs), *cells))
    return Table(
        "No difference that matters",
        "Pairs, smallest effect that matters 1 standard deviation: how often no difference is said."
        " In the last column the truth is just what matters, and at most 2 % are due.",
        ("runs an arm", "truth 0", "truth 0.5", "truth 1"),
        rows,
    )


def _more_seeds(rng: np.random.Generator, studies: int) -> Table:
    count = max(20, studies // 4)
    asked_of = ((2, 1.0, True), (3, 1.0, True), (5, 1.0, True), (5, 0.5, True), (5, 1.0, False))
    rows: list[Row] = []
    for runs, effect, paired in asked_of:
        rate, asked = measures.settled(rng, count, runs, effect, paired=paired, most=400)
        how = "paired" if paired else "not paired"
        rows.append((f"{runs}, {how}", f"{effect:g}", asked, rate))
    return Table(
        "About k more seeds",
        "Undecided studies whose true effect is the smallest that matters get the seeds that they"
        " ask for, so that the second answer, which is stricter, sees it with a chance of 80 %: how"
        " often it does. The chance is a mean over all spreads that few runs may come from; the"
        " spread that they happen to show, taken for the true one, kept the promise in 72 to 79 %."
        " It comes out above 80 % because these effects are large enough that most such studies"
        " are decided at once: what stays undecided happened to lie far apart, and asks for more"
        " seeds than the truth takes.",
        ("runs an arm", "effect", "seeds asked for, median", "then seen"),
        rows,
    )


def _guardrails(rng: np.random.Generator, studies: int) -> Table:
    count = max(50, studies // 4)
    rows: list[Row] = [
        (str(guards), *(measures.hurt_for_nothing(rng, count, runs, guards) for runs in (3, 5)))
        for guards in (1, 5, 20)
    ]
    return Table(
        "Guardrails",
        "Two equal arms: how often any guardrail got worse.",
        ("guardrails", "3 runs an arm", "5"),
        rows,
        LIMIT,
    )


def _other_ways(rng: np.random.Generator, studies: int) -> Table:
    points = [others.points_as_replicates(rng, studies // 4, steps) for steps in (50, 100, 500)]
    boots = [others.percentile_bootstrap(rng, studies // 4, runs) for runs in (3, 5, 10)]
    closes = [others.three_percent(rng, studies, runs, 0.05) for runs in (1, 3, 5)]
    again = [others.repeated(rng, studies // 4, looks) for looks in ((3, 6), *LOOKS[:2])]
    return Table(
        "Other ways, on equal arms",
        "How often they call two equal arms different.",
        ("way", "", "", ""),
        [
            ("Welch's t between the last 50, 100, 500 points of two runs", *points),
            ("95 % percentile bootstrap of 3, 5, 10 runs an arm", *boots),
            ("means of 1, 3, 5 runs differ by 3 %, runs by 5 %", *closes),
            ("t at 95 % after 3 and 6 runs; 3, 6, 12; 5, 10, 20", *again),
        ],
    )
