"""Lines of a console become numbers, facts and marks; what could not be read is told."""

import math
from pathlib import Path

import pytest

from trainers.command.console import Echo, Lines
from trainers.command.numbers import Numbers, highest_steps
from trainers.command.parts import Console
from trainers.command.reading import MOST_WAITING, Reading


class Notes(Numbers):
    """Where the numbers go: kept, not written."""

    def __init__(self):  # no recorder
        self.scalar_lines, self.stated, self.marks = [], {}, []

    def scalars(self, step, values):
        self.scalar_lines.append((step, values))

    def facts(self, values):
        self.stated |= values

    def mark(self, name, text, step=None):
        self.marks.append((name, text, step))


def read(lines, highest=None, **console):
    """(what was logged, what is complained about) of these lines."""
    notes = Notes()
    reading = Reading(Console.model_validate(console), notes, highest or {})
    for line in lines:
        reading.line(line)
    reading.end()
    return notes, list(reading.complaints())


def metrics(lines, highest=None, **patterns):
    notes, complaints = read(lines, highest, metrics=patterns)
    return notes.scalar_lines, complaints


STEP_LOSS = {
    "pattern": r"step=(?P<step>\S+) loss=(?P<loss>\S+)",
    "values": {"train/loss": "loss"},
}
LOSS = {"pattern": r"loss (?P<loss>\S+)", "values": {"train/loss": "loss"}}
STEP = {"pattern": r"^step (?P<step>\d+)"}


def test_a_line_names_its_step():
    logged, complaints = metrics(["step=3 loss=0.5", "other", "step=4 loss=2e-3"], a=STEP_LOSS)
    assert logged == [(3, {"train/loss": 0.5}), (4, {"train/loss": 2e-3})]
    assert complaints == []


def test_several_numbers_of_a_line_are_logged_together():
    pattern = {
        "pattern": r"(?P<step>\d+): (?P<a>\S+) (?P<b>\S+)",
        "values": {"train/loss": "a", "train/lr": "b"},
    }
    logged, _ = metrics(["7: 1 2"], a=pattern)
    assert logged == [(7, {"train/loss": 1.0, "train/lr": 2.0})]


@pytest.mark.parametrize(
    ("text", "number"),
    [("nan", math.nan), ("NaN", math.nan), ("-inf", -math.inf), ("Infinity", math.inf)],
)
def test_what_is_not_finite_is_a_number(text, number):
    logged, complaints = metrics([f"step=1 loss={text}"], a=STEP_LOSS)
    assert str(logged[0][1]["train/loss"]) == str(number)
    assert complaints == []


def test_true_and_false_are_numbers():
    pattern = {"pattern": r"full=(?P<full>\w+)", "values": {"bank/full": "full"}}
    assert metrics(["full=False", "full=True"], a=pattern)[0] == [
        (0, {"bank/full": 0.0}),
        (0, {"bank/full": 1.0}),
    ]


def test_a_line_without_a_step_is_of_the_last_one():
    logged, _ = metrics(["loss 1", "step 5", "loss 2", "loss 3"], a=LOSS, b=STEP)
    assert [(step, values["train/loss"]) for step, values in logged] == [(0, 1), (5, 2), (5, 3)]


def test_a_line_may_be_of_the_next_step():
    given = {**LOSS, "step": "next"}
    logged, _ = metrics(["loss 1", "loss 2", "step 5", "loss 3"], a=given, b=STEP)
    assert [(step, values["train/loss"]) for step, values in logged] == [(5, 1), (5, 2), (6, 3)]


def test_lines_can_be_counted():
    given = {**LOSS, "step": "count"}
    logged, _ = metrics(["loss 3", "x", "loss 2"], a=given)
    assert [step for step, _ in logged] == [1, 2]


def test_counting_goes_on_where_an_earlier_attempt_stopped():
    given = {**LOSS, "step": "count"}
    logged, _ = metrics(["loss 3"], {"train/loss": 40}, a=given)
    assert logged == [(41, {"train/loss": 3.0})]


def test_forward_passes_can_be_counted_as_optimizer_steps():
    given = {**LOSS, "step": "count", "step_scale": 0.25, "combine": "mean"}
    logged, _ = metrics([f"loss {number}" for number in range(1, 9)], a=given)
    assert logged == [
        (0, {"train/loss": 2.0}),
        (1, {"train/loss": 5.5}),
        (2, {"train/loss": 8.0}),
    ]


@pytest.mark.parametrize(
    ("combine", "number"), [("mean", 2.0), ("sum", 6.0), ("min", 1.0), ("max", 3.0), ("last", 2.0)]
)
def test_numbers_of_one_step_can_be_combined(combine, number):
    given = {**STEP_LOSS, "combine": combine}
    lines = ["step=1 loss=3", "step=1 loss=1", "step=1 loss=2", "step=2 loss=9"]
    assert metrics(lines, a=given)[0] == [(1, {"train/loss": number}), (2, {"train/loss": 9.0})]


@pytest.mark.parametrize("combine", ["mean", "sum", "min", "max"])
def test_nan_is_not_combined_away(combine):
    lines = ["step=1 loss=1", "step=1 loss=nan", "step=1 loss=2"]
    [(_, values)], _ = metrics(lines, a={**STEP_LOSS, "combine": combine})
    assert math.isnan(values["train/loss"])


def test_a_number_can_be_scaled_and_counted_with_another():
    rows = {"pattern": r"rows=(?P<rows>\d+)", "values": {"region/rows": "rows"}}
    zero = {
        "pattern": r"mean=(?P<mean>\S+)",
        "values": {
            "region/zero_rows": {
                "group": "mean",
                "scale": -1,
                "offset": 1,
                "times": "region/rows",
                "plus": "bank/fill",
            }
        },
    }
    logged, _ = metrics(["rows=4", "mean=0.75"], a=rows, b=zero)
    assert logged[1] == (0, {"region/zero_rows": 1.0})


def test_a_factor_that_is_not_there_is_told():
    value = {"group": "loss", "times": "region/rows"}
    logged, complaints = metrics(["loss 1", "loss 2"], a={**LOSS, "values": {"x": value}})
    assert logged == []
    assert complaints == ["2 numbers were left out: no region/rows was there to multiply them by"]


def test_a_pattern_without_numbers_counts_what_it_stands_for():
    given = {"pattern": "overflow", "constants": {"amp/overflows": 1}, "combine": "sum"}
    logged, _ = metrics(["step 1", "overflow", "overflow", "step 2"], a=given, b=STEP)
    assert logged == [(1, {"amp/overflows": 2.0})]


def test_a_pattern_that_matched_nothing_is_told_by_its_name():
    _, complaints = metrics(["x"], losses=LOSS, rare={**LOSS, "optional": True})
    assert complaints == [r"the pattern losses matched no line: loss (?P<loss>\S+)"]


def test_a_text_that_is_no_number_is_told_with_the_first():
    logged, complaints = metrics(["loss 1", "loss n/a", "loss --", "loss 2"], a=LOSS)
    assert len(logged) == 2
    assert complaints == ["the pattern a met 2 texts that are no number or step, the first: 'n/a'"]


@pytest.mark.parametrize("step", ["-1", "x", "1e40", "nan"])
def test_a_step_that_is_none_is_told_and_nothing_is_logged(step):
    logged, complaints = metrics([f"step={step} loss=1"], a=STEP_LOSS)
    assert logged == []
    assert f"the first: '{step}'" in complaints[0]


def test_numbers_do_not_wait_for_ever():
    given = {**LOSS, "step": "next"}
    logged, complaints = metrics(["loss 1"] * (MOST_WAITING + 5), a=given)
    assert len(logged) == MOST_WAITING + 5
    assert "waited for a line with a step" in complaints[0]


def test_the_first_line_of_a_fact_counts():
    given = {"region/logit_scale_initial": r"scale = (?P<value>\S+)", "a/name": "is (?P<value>.*)"}
    notes, complaints = read(["scale = 2.65625", "scale = 3", "is a b"], facts=given)
    assert notes.stated == {"region/logit_scale_initial": 2.65625, "a/name": "a b"}
    assert complaints == []


def test_a_fact_that_was_never_said_is_told():
    _, complaints = read(["x"], facts={"a": "(?P<value>y)"})
    assert complaints == ["the pattern a matched no line: (?P<value>y)"]


def test_a_mark_has_its_words_and_its_step():
    given = {"bank": r"\[Bank\] (?P<text>.*) @ (?P<step>\d+)", "warned": "(?i)warning"}
    notes, _ = read(["[Bank] 已启用 @ 50", "  Warning: slow"], marks=given)
    assert notes.marks == [("bank", "已启用", 50), ("warned", "Warning: slow", None)]


def test_a_mark_without_a_step_is_of_the_newest_one():
    notes, _ = read(["step 7", "saved"], metrics={"step": STEP}, marks={"saved": "saved"})
    assert notes.marks == [("saved", "saved", 7)]


def test_a_full_disk_does_not_end_a_training_for_its_console():
    with Path("/dev/full").open("wb") as full:
        echo = Echo(full.fileno())
        echo.write(b"some words")
    assert echo.lost == 10


def test_counting_goes_on_also_behind_a_line_that_a_kill_cut_off(tmp_path):
    line = '{"kind":"scalars","step":4,"values":{"a":1}}\n'
    (tmp_path / "events.jsonl").write_text(f'{line}{{"kind":"scalars","st\n{line}')
    assert highest_steps(tmp_path) == {"a": 4}


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_lines_are_whole_however_the_output_is_cut(size):
    output = "损失 1\r损失 2\r\n\x1b[31m红\x1b[0m\n\nend".encode() + b" \xff"
    lines = Lines()
    found = []
    for begin in range(0, len(output), size):
        found += lines.feed(output[begin : begin + size])
    assert found + lines.end() == ["损失 1", "损失 2", "红", "end �"]
    assert lines.last_words == "end �"


def test_a_line_without_an_end_is_not_kept_for_ever():
    lines = Lines()
    found = [line for _ in range(10) for line in lines.feed(b"x" * 50_000)]
    assert sum(map(len, found)) >= 400_000
