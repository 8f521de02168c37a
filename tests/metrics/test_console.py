"""A console log by lines: any window, words found, the whole, whatever the bytes are."""

import pytest

from dashboard.metrics import store
from dashboard.metrics.console import PIECE
from dashboard.metrics.models import LogPart

pytestmark = pytest.mark.django_db
START = b"\x1b]fixpoint;2;1763700000;gpu-2\x07\n"


def log(run, body, source=""):
    offset = sum(LogPart.objects.filter(run=run, source=source).values_list("size", flat=True))
    store.append_log(run.pk, offset, body, source)


def shown(run, first=0, count=100):
    return store.log_lines(run.pk, first, count).lines


def test_bytes_sent_twice_are_stored_once_and_torn_characters_are_joined(run):
    store.append_log(run.pk, 0, b"one\ntwo\n")
    store.append_log(run.pk, 0, b"one\ntwo\nthr")
    store.append_log(run.pk, 11, b"ee\n\xe5")
    store.append_log(run.pk, 15, b"\xad\x97\n")
    found = store.log_lines(run.pk, 0, 10)
    assert (found.lines, found.total, found.size) == (["one", "two", "three", "字"], 4, 18)
    with pytest.raises(store.Gap):
        store.append_log(run.pk, 99, b"x")


def test_a_negative_first_counts_from_the_end(run):
    log(run, b"one\ntwo\nthree")
    found = store.log_lines(run.pk, -2, 10)
    assert (found.first, found.lines) == (1, ["two", "three"])


def test_a_window_beyond_the_end_is_empty_and_says_how_many_lines_there_are(run):
    log(run, b"one\n")
    found = store.log_lines(run.pk, 500, 10)
    assert (found.first, found.lines, found.total) == (1, [], 1)


def test_a_run_that_printed_nothing_has_no_lines(run):
    assert store.log_lines(run.pk, -1, 1).total == 0
    assert store.log_hits(run.pk, "x").count == 0
    assert list(store.log_bytes(run.pk)) == []


def test_small_posts_are_gathered_in_pieces_and_large_ones_are_cut(run):
    for number in range(50):
        log(run, f"line {number}\n".encode())
    assert LogPart.objects.filter(run=run).count() == 1
    log(run, b"x" * 3 * PIECE)
    assert LogPart.objects.filter(run=run).count() == 4
    assert b"".join(store.log_bytes(run.pk)).endswith(b"line 49\n" + b"x" * 3 * PIECE)


@pytest.mark.parametrize("first", [0, 1, 777, 6543, 9999])
def test_any_window_of_a_long_log_has_its_own_lines(run, first):
    log(run, b"".join(b"this is line number %d\n" % number for number in range(10_000)))
    assert LogPart.objects.filter(run=run).count() > 5
    wanted = [f"this is line number {n}" for n in range(first, min(first + 20, 10_000))]
    assert shown(run, first, 20) == wanted


def test_a_progress_bar_is_shown_in_its_last_state(run):
    log(run, b"\r 0%|    |\r 50%|##  |\r100%|####|\ndone\r\n\rhalf")
    assert shown(run) == ["100%|####|", "done", "half"]


def test_megabytes_of_a_progress_bar_are_one_line(run):
    log(run, b"before\n")
    log(run, b"".join(b"\r%7d of 100000" % number for number in range(20_000)))
    assert LogPart.objects.filter(run=run).count() > 5
    assert shown(run) == ["before", "  19999 of 100000"]
    assert store.log_hits(run.pk, "19999 of").lines == [1]
    assert store.log_hits(run.pk, "  15 of").count == 0  # nobody sees it any more


def test_bytes_that_are_no_utf8_become_replacement_characters(run):
    log(run, b"caf\xe9 \x00\n")
    assert shown(run) == ["caf\ufffd \x00"]


def test_a_colour_that_is_still_on_is_carried_to_the_next_line(run):
    log(run, b"\x1b[31mred\nstill red\x1b[0m\nplain\n")
    assert shown(run)[1:] == ["\x1b[31mstill red\x1b[0m", "plain"]


def test_a_line_of_a_megabyte_is_cut_and_says_by_how_much(run):
    log(run, b"y" * 1_000_000 + b"\nend\n")
    found = store.log_lines(run.pk, 0, 10)
    assert [len(line) for line in found.lines] == [5000, 3]
    assert found.cut == {0: 995_000}


def test_attempts_are_told_apart(run):
    log(run, b"first\n" + START + b"second\n")
    [start] = store.log_lines(run.pk, 0, 10).starts
    assert (start.line, start.attempt, start.time, start.host) == (1, 2, 1763700000, "gpu-2")


def test_another_host_goes_on_with_a_line_of_its_own(run):
    log(run, b"torn", "a")
    log(run, b"whole\nmore", "b")
    log(run, b" of a\n", "a")
    assert shown(run) == ["torn", "whole", "more", " of a"]
    assert shown(run, 2, 1) == ["more"]
    assert store.log_hits(run.pk, "of a").lines == [3]
    assert b"".join(store.log_bytes(run.pk)) == b"torn\nwhole\nmore\n of a\n"


def test_words_are_found_as_they_are_seen(run):
    log(run, b"Loss \x1b[31m1\x1b[0m.5\nother\nLOSS 1.5 loss 1.5\n")
    found = store.log_hits(run.pk, "loss 1.5")
    assert (found.count, found.lines, found.total) == (2, [0, 2], 3)


def test_hits_of_a_long_log_have_the_numbers_of_their_lines(run):
    log(run, b"".join(b"line %d\n" % number for number in range(20_000)))
    assert store.log_hits(run.pk, "line 12345").lines == [12345]
    assert store.log_hits(run.pk, "LINE").count == 20_000
