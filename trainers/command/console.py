"""The command's output: passed on byte for byte, and cut into lines for the patterns."""

from __future__ import annotations

import errno
import os
import re
from collections import deque
from collections.abc import Iterator

LONGEST = 1 << 16  # bytes of a line that are looked at
REMEMBERED = 20  # lines for the last words
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ENDS = re.compile(rb"[\r\n]+")  # tqdm ends its lines with a carriage return


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
    """Bytes in, whole lines out, as text: what is no UTF-8 is replaced, colours are left out."""

    def __init__(self) -> None:
        self._begun = b""
        self._last: deque[str] = deque(maxlen=REMEMBERED)

    def feed(self, data: bytes) -> Iterator[str]:
        *whole, self._begun = ENDS.split(self._begun + data)
        if len(self._begun) > LONGEST:
            whole, self._begun = [*whole, self._begun], b""
        for line in whole:
            yield from self._text(line)

    def end(self) -> Iterator[str]:
        """The last line, where it has no end."""
        yield from self._text(self._begun)
        self._begun = b""

    @property
    def last_words(self) -> str:
        """The newest line that says something."""
        return self._last[-1][:500] if self._last else ""

    def _text(self, line: bytes) -> Iterator[str]:
        text = COLOURS.sub("", line[:LONGEST].decode("utf-8", errors="replace"))
        if text and not text.isspace():
            self._last.append(text.strip())
            yield text
