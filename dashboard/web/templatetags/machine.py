"""How busy a host is, as gauges: words, and how much of what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

register = template.Library()
FULL, NEARLY = 0.95, 0.85  # of what there is


@dataclass(frozen=True)
class Gauge:
    """of: 0 where there is no such measure; level: "", "nearly" or "full"."""

    title: str
    words: str
    value: float = 0.0
    of: float = 0.0
    warns: bool = False

    @property
    def level(self) -> str:
        share = self.value / self.of if self.of and self.warns else 0.0
        return "full" if share >= FULL else "nearly" if share >= NEARLY else ""


@register.filter
def gauges(readings: Mapping[str, float]) -> list[Gauge]:
    """Of a host; what it does not tell has none."""
    found = [_processors(readings), _memory(readings), _disk(readings), _network(readings)]
    return [gauge for gauge in found if gauge is not None]


@register.filter
def gpu_gauges(readings: Mapping[str, float]) -> list[Gauge]:
    """Of one GPU; what it does not tell has none."""
    get = readings.get
    found: list[Gauge] = []
    if (use := get("utilisation")) is not None:
        found.append(Gauge(_("Utilisation"), f"{use:.0f} %", use, 100))
    if (used := get("memory")) is not None and (total := get("memory_total")):
        found.append(Gauge(_("Memory"), _of(used, total), used, total, warns=True))
    if (heat := get("temperature")) is not None:
        found.append(Gauge(_("Temperature"), f"{heat:.0f} °C"))
    if (power := get("power")) is not None:
        found.append(Gauge(_("Power"), f"{power:.0f} W"))
    return found


def _processors(readings: Mapping[str, float]) -> Gauge | None:
    busy, cores = readings.get("cpu/host"), readings.get("cpu/cores")
    if busy is None or not cores:
        return None
    words = _("%(busy)s of %(cores)s in use") % {"busy": f"{busy:.1f}", "cores": f"{cores:.0f}"}
    return Gauge(_("Processors"), words, min(busy, cores), cores)


def _memory(readings: Mapping[str, float]) -> Gauge | None:
    used, total = readings.get("memory/host"), readings.get("memory/total")
    if used is None or not total:
        return None
    return Gauge(_("Memory"), _of(used, total), used, total, warns=True)


def _disk(readings: Mapping[str, float]) -> Gauge | None:
    free, total = readings.get("disk/free"), readings.get("disk/total")
    if free is None or not total:
        return None
    words = _("%(free)s free of %(total)s") % {"free": _size(free), "total": _size(total)}
    return Gauge(_("Disk"), words, total - free, total, warns=True)


def _network(readings: Mapping[str, float]) -> Gauge | None:
    received, sent = readings.get("network/received"), readings.get("network/sent")
    if received is None or sent is None:
        return None
    return Gauge(_("Network"), f"↓ {_size(received)}/s ↑ {_size(sent)}/s")


def _of(used: float, total: float) -> str:
    return _("%(used)s of %(total)s") % {"used": _size(used), "total": _size(total)}


def _size(number: float) -> Any:
    return filesizeformat(number)
