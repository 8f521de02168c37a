"""What the NVIDIA GPUs of this host are doing, as their driver tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pynvml


class Gpus:
    """The host's GPUs by their numbers. words: why there are none to read, "" where there are."""

    def __init__(self, wanted: Sequence[int] | None = None) -> None:
        """wanted: only these numbers; all where it is None."""
        self.words = ""
        self._handles: dict[int, Any] = {}
        try:
            pynvml.nvmlInit()
            count = pynvml.nvmlDeviceGetCount()
            chosen = range(count) if wanted is None else [n for n in wanted if n < count]
            self._handles = {n: pynvml.nvmlDeviceGetHandleByIndex(n) for n in chosen}
        except pynvml.NVMLError as error:
            self.words = f"no GPU is read: {error}"

    def names(self) -> dict[str, str]:
        """By number: what each calls itself."""
        found = {str(n): _asked(pynvml.nvmlDeviceGetName, h) for n, h in self._handles.items()}
        return {number: str(name) for number, name in found.items() if name is not None}

    def read(self) -> dict[str, float]:
        """By "gpu/<number>/<what>"; what a GPU does not tell is left out."""
        return {
            f"gpu/{number}/{what}": value
            for number, handle in self._handles.items()
            for what, value in _values(handle).items()
        }


def _values(handle: Any) -> dict[str, float]:
    use = _asked(pynvml.nvmlDeviceGetUtilizationRates, handle)
    memory = _asked(pynvml.nvmlDeviceGetMemoryInfo, handle)
    heat = _asked(pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU)
    milliwatts = _asked(pynvml.nvmlDeviceGetPowerUsage, handle)
    found = {
        "utilisation": None if use is None else use.gpu,
        "memory": None if memory is None else memory.used,
        "memory_total": None if memory is None else memory.total,
        "temperature": heat,
        "power": None if milliwatts is None else milliwatts / 1000,
    }
    return {what: float(value) for what, value in found.items() if value is not None}


def _asked(question: Callable[..., Any], *more: Any) -> Any:
    """None where this GPU or its driver cannot say."""
    try:
        return question(*more)
    except pynvml.NVMLError:
        return None
