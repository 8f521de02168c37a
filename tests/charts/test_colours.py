"""A run keeps its colour, the pages know the same ones, and eyes can tell them from the paper."""

import re

import pytest

from dashboard.charts.colours import PALETTE, dash, ink
from dashboard.places import ROOT

TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")


def token(part, name):
    return re.findall(rf"--{name}: (#[0-9a-f]{{6}});", part)[0]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_colour_follows_from_the_number_alone():
    assert [ink(number) for number in (1, 2, 10, 11)] == [0, 1, 9, 0]


def test_the_eleventh_run_is_dashed_where_the_first_is_solid():
    assert (dash(1), dash(11)) == ("solid", "dash")


def test_the_style_sheet_has_the_same_palette():
    assert tuple(token(LIGHT, f"run-{place}") for place in range(10)) == PALETTE


@pytest.mark.parametrize("part", [LIGHT, DARK], ids=["light", "dark"])
def test_every_curve_stands_out_from_the_panel(part):
    paper = token(part, "panel")
    assert all(contrast(token(part, f"run-{place}"), paper) >= 3 for place in range(10))


@pytest.mark.parametrize("part", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    "name", ["ink", "ink-2", "ink-3", "accent", "fail", "warn", "pass", "quiet", "live"]
)
def test_text_is_readable_on_every_ground(part, name):
    for ground in ("page", "panel", "sunken", "hover", "chosen"):
        assert contrast(token(part, name), token(part, ground)) >= 4.5, ground


@pytest.mark.parametrize("part", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["fail", "warn", "pass", "quiet"])
def test_a_verdict_is_readable_on_its_soft_ground(part, name):
    assert contrast(token(part, name), token(part, f"{name}-soft")) >= 4.5
