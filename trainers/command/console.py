"""The command's output: passed on byte for byte, and cut into lines for the patterns."""

from __future__ import annotations

import errno
import os
import re
from collections import deque

LONGEST = 1 << 16  # bytes of a line that are looked at together
REMEMBERED = 20  # lines for the last words
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Echo:
    """Our own stdout, which is console.log. A full disk does not end the training."""

    def __init__(self, file: int = 1) -> None:
        self._file = file
        self.lost = 0  # bytes that a full disk did not take

    def write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._file, data) :]
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                self.lost += len(data)
                return


class Lines:
    """Bytes in, whole lines out, as text: what is no UTF-8 is replaced, colours are left out.

    tqdm ends its lines with a carriage return, so that ends a line as well.
    """

    def __init__(self) -> None:
        self._begun = b""
        self._last: deque[str] = deque(maxlen=REMEMBERED)

    def feed(self, data: bytes) -> list[str]:
        """The lines that end in `data`; an endless one is cut."""
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if not end and len(self._begun) + len(data) <= LONGEST:
            self._begun += data
            return []
        whole, self._begun = self._begun + data[: end or len(data)], data[end:] if end else b""
        return self._lines(whole)

    def end(self) -> list[str]:
        """The last line, where it has no end."""
        whole, self._begun = self._begun, b""
        return self._lines(whole)

    @property
    def last_words(self) -> str:
        """The newest line that says something."""
        said = [line.strip() for line in self._last if not line.isspace()]
        return said[-1][:500] if said else ""

    def _lines(self, whole: bytes) -> list[str]:
        text = whole.decode("utf-8", errors="replace").replace("\r", "\n")
        if "\x1b" in text:
            text = COLOURS.sub("", text)
        lines = [line for line in text.split("\n") if line]
        self._last.extend(lines[-REMEMBERED:])
        return lines
