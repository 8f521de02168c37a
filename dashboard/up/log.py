"""Lines of several processes on one terminal, each with the time and its process's name."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TextIO

COLOURS = (36, 33, 35, 32, 34)  # ANSI


class Log:
    def __init__(self, names: Sequence[str], output: TextIO | None = None) -> None:
        self.output = output or sys.stdout
        self.width = max(map(len, names))
        self.coloured = self.output.isatty()
        self.colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}

    def write(self, name: str, line: str) -> None:
        prefix = f"{time.strftime('%H:%M:%S')} {name:<{self.width}} |"
        if self.coloured:
            prefix = f"\x1b[{self.colours.get(name, 37)}m{prefix}\x1b[0m"
        self.print(f"{prefix} {line}")

    def print(self, line: str) -> None:
        """As it is, without prefix."""
        try:
            self.output.write(line + "\n")
            self.output.flush()
        except OSError:  # the terminal was closed: the services go on
            return
