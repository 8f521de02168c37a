"""The charts of a run's host: which readings are drawn together, in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.metrics.series import Curves, Series

GIB, MIB = 2.0**30, 2.0**20


@dataclass(frozen=True)
class Chart:
    """readings: by name, what the line is called; title and labels are English, to be translated.

    each_gpu: the one reading of every GPU that is drawn, instead of `readings`
    """

    name: str
    title: str
    unit: str
    scale: float
    readings: tuple[tuple[str, str], ...] = ()
    each_gpu: str = ""


@dataclass(frozen=True)
class Drawing:
    """A chart with what there is to draw in it: label and points, in the chart's unit."""

    chart: Chart
    lines: tuple[tuple[str, Series], ...]


RUN, HOST = "this run", "whole host"
CHARTS = (
    Chart("cpu", "Processors in use", "", 1, (("cpu/run", RUN), ("cpu/host", HOST))),
    Chart("memory", "Memory in use", "GiB", GIB, (("memory/run", RUN), ("memory/host", HOST))),
    Chart("gpu/utilisation", "GPU utilisation", "%", 1, each_gpu="utilisation"),
    Chart("gpu/memory", "GPU memory in use", "GiB", GIB, each_gpu="memory"),
    Chart("gpu/temperature", "GPU temperature", "°C", 1, each_gpu="temperature"),
    Chart("gpu/power", "GPU power", "W", 1, each_gpu="power"),
    Chart("disk/free", "Free disk", "GiB", GIB, (("disk/free", HOST),)),
    Chart(
        "disk/traffic",
        "Disk traffic",
        "MiB/s",
        MIB,
        (("disk/read", "read"), ("disk/written", "written")),
    ),
    Chart(
        "network",
        "Network traffic",
        "MiB/s",
        MIB,
        (("network/received", "received"), ("network/sent", "sent")),
    ),
)


def drawings(curves: Curves) -> list[Drawing]:
    """Only charts that have something to show."""
    found = [Drawing(chart, tuple(_lines(chart, curves))) for chart in CHARTS]
    return [drawing for drawing in found if drawing.lines]


def _lines(chart: Chart, curves: Curves) -> Sequence[tuple[str, Series]]:
    names = _gpus(chart, curves) if chart.each_gpu else chart.readings
    return [(label, _scaled(curves[name], chart.scale)) for name, label in names if name in curves]


def _gpus(chart: Chart, curves: Curves) -> list[tuple[str, str]]:
    parts = [name.split("/") for name in curves]
    numbers = [int(part[1]) for part in parts if _is_gpu(part) and part[2] == chart.each_gpu]
    return [(f"gpu/{number}/{chart.each_gpu}", f"GPU {number}") for number in sorted(numbers)]


def _is_gpu(parts: Sequence[str]) -> bool:
    return len(parts) == 3 and parts[0] == "gpu" and parts[1].isdigit()


def _scaled(series: Series, scale: float) -> Series:
    return Series(series.steps, series.times, series.values / scale)
