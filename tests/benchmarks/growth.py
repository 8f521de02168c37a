"""Draws how reading grows: python -m tests.benchmarks.growth OUT.png READING.txt TABLE.txt …

READING: what tests.benchmarks.reading printed; TABLE: what tests.benchmarks.runs_table printed, in
one or more files. Processor milliseconds on SQLite, both axes logarithmic.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.subplots import make_subplots

Curve = dict[int, float]
INSIDE = {
    "the store's window": "one curve as 1,000 buckets",
    "a plain read": "a plain read of its coarse summaries",
    "every point": "every point",
}
CASES = ["first page", "sort by a metric", "filter, common: params.p01 < 0.5"]


def main(out: str, reading: str, *tables: str) -> None:
    figure = make_subplots(cols=2, subplot_titles=("points of a curve", "runs in the table"))
    curves = by_points(Path(reading).read_text())
    rows = by_runs(Path(table).read_text() for table in tables)
    for place, found in enumerate((curves, rows), 1):
        for name, curve in found.items():
            x, y = zip(*sorted(curve.items()), strict=True)
            figure.add_scatter(x=x, y=y, name=name, mode="lines+markers", col=place, row=1)
    figure.update_xaxes(type="log", dtick=1)
    figure.update_yaxes(type="log", dtick=1)
    figure.update_yaxes(title="processor ms", col=1)
    figure.update_layout(
        width=1100,
        height=460,
        margin={"t": 40},
        template="plotly_white",
        legend={"orientation": "h", "y": -0.12},
    )
    picture(figure, Path(out))


def by_points(text: str) -> dict[str, Curve]:
    """The figures of the first database that READING tells of."""
    found: dict[str, Curve] = {title: {} for title in INSIDE.values()}
    points = 0
    for line in text.split("### ")[1].splitlines():
        if curve := re.match(r"\| 1 curve of ([\d,]+) points", line):
            points = int(curve[1].replace(",", ""))
        for begin, title in INSIDE.items():
            if points and begin in line:
                found[title][points] = float(line.split("/")[-1].strip(" |"))
    return found


def by_runs(texts: Iterable[str]) -> dict[str, Curve]:
    """What finding a page's runs took, by the number of runs."""
    found: dict[str, Curve] = {case: {} for case in CASES}
    for text in texts:
        lines = [line for line in text.splitlines() if line.startswith("| ")]
        begin = next(n for n, line in enumerate(lines) if line.startswith("| processor (wall)"))
        heads = [head.strip() for head in lines[begin].split("|")[1:-1]]
        for line in lines[begin:]:
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            if cells[0] in found:
                for head, cell in zip(heads, cells, strict=False):
                    if size := re.fullmatch(r"sqlite ([\d,]+): search", head):
                        number = int(size[1].replace(",", ""))
                        found[cells[0]][number] = max(float(cell.split(" ")[0]), 0.5)
    return found


def picture(figure: go.Figure, out: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1110, "height": 470})
        page.set_content(figure.to_html(include_plotlyjs=True))
        page.wait_for_timeout(1000)
        page.screenshot(path=out)


if __name__ == "__main__":
    main(*sys.argv[1:])
