"""The metric store's door: append, read. What lies behind it is nobody else's business."""

from dashboard.metrics.accounts import Account, Intake, account, intake
from dashboard.metrics.appending import OtherFile, Receipt, append, settle
from dashboard.metrics.console import append_log
from dashboard.metrics.console_reading import Hits, LogLines, log_bytes, log_hits, log_lines
from dashboard.metrics.downloads import Piece, pieces
from dashboard.metrics.intake import Gap, TooMany, Unreadable
from dashboard.metrics.pruning import Size, forget, sizes
from dashboard.metrics.raw import (
    Beyond,
    newest,
    read,
    read_beyond,
    read_newest,
    read_superseded,
    stored,
)
from dashboard.metrics.reading import (
    Mark,
    Summary,
    marks,
    names,
    summaries,
    version,
)
from dashboard.metrics.samples import SampleEvent, samples
from dashboard.metrics.system import (
    Readings,
    append_system,
    system,
    system_newest,
    system_words,
)
from dashboard.metrics.window import Span, Window
from dashboard.metrics.windows import read_window, read_windows

__all__ = [
    "Account",
    "Beyond",
    "Gap",
    "Hits",
    "Intake",
    "LogLines",
    "Mark",
    "OtherFile",
    "Piece",
    "Readings",
    "Receipt",
    "SampleEvent",
    "Size",
    "Span",
    "Summary",
    "TooMany",
    "Unreadable",
    "Window",
    "account",
    "append",
    "append_log",
    "append_system",
    "forget",
    "intake",
    "log_bytes",
    "log_hits",
    "log_lines",
    "marks",
    "names",
    "newest",
    "pieces",
    "read",
    "read_beyond",
    "read_newest",
    "read_superseded",
    "read_window",
    "read_windows",
    "samples",
    "settle",
    "sizes",
    "stored",
    "summaries",
    "system",
    "system_newest",
    "system_words",
    "version",
]
