"""One of TensorBoard's event files, read while it is written. Imports no TensorFlow.

It is cut into records here, as tensorboard's own reader computes checksums in Python over whatever
it meets: pictures would hold up the console for seconds. The records are read by its protocol.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tensorboard.compat.proto import event_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.util import tensor_util

HEAD, TAIL = 12, 4  # bytes around a record: its size and the size's checksum; its own checksum
LARGEST = 2**20  # bytes of a record that is read: larger ones hold pictures
CHECKED = 2**12  # bytes up to which the checksum of a record is worth its time


@dataclass
class RecordFile:
    """prefix: of the names of its tags; offset: how far it was read; broken: why no further."""

    path: Path
    prefix: str
    offset: int = 0
    broken: str = ""
    _plugins: dict[str, str] = field(default_factory=dict)  # by tag: who draws it

    def events(self) -> Iterator[Any]:
        """New events, up to a record that is not whole yet."""
        with self.path.open("rb") as file:
            while not self.broken:
                file.seek(self.offset)
                size = self._size(file.read(HEAD))
                if size is None or self.unread < HEAD + size + TAIL:
                    return
                event = None if size > LARGEST else self._event(file, size)
                self.offset += HEAD + size + TAIL
                if event is not None:
                    yield event

    @property
    def unread(self) -> int:
        """Bytes behind the last whole record."""
        return self.path.stat().st_size - self.offset

    def scalars(self, event: Any) -> dict[str, float]:
        """What add_scalar wrote, as a plain number or as a tensor."""
        found = {}
        for value in event.summary.value:
            if plugin := value.metadata.plugin_data.plugin_name:
                self._plugins[value.tag] = plugin
            kind = value.WhichOneof("value")
            if kind == "simple_value":
                found[value.tag] = float(value.simple_value)
            elif kind == "tensor" and self._plugins.get(value.tag) == "scalars":
                found[value.tag] = float(tensor_util.make_ndarray(value.tensor).item())
        return found

    def _size(self, head: bytes) -> int | None:
        """Of the next record; None where its head is not there yet, or is none."""
        if len(head) < HEAD:
            return None
        size, checksum = struct.unpack("<QI", head)
        if masked_crc32c(head[:8]) != checksum:
            self.broken = f"no record begins at byte {self.offset}"
            return None
        return int(size)

    def _event(self, file: IO[bytes], size: int) -> Any:
        data, checksum = file.read(size), file.read(TAIL)
        if size <= CHECKED and struct.pack("<I", masked_crc32c(data)) != checksum:
            self.broken = f"the record at byte {self.offset} is damaged"
            return None
        return event_pb2.Event.FromString(data)
