"""The metric store's door: append, read. What lies behind it is nobody else's business."""

from dashboard.metrics.accounts import Account, Intake, account, intake
from dashboard.metrics.appending import OtherFile, Receipt, append, append_log, settle
from dashboard.metrics.downloads import Piece, pieces
from dashboard.metrics.intake import Gap, TooMany, Unreadable
from dashboard.metrics.pruning import Size, forget, sizes
from dashboard.metrics.raw import read, read_newest, read_superseded
from dashboard.metrics.reading import (
    LogTail,
    Mark,
    Summary,
    log_tail,
    marks,
    names,
    summaries,
    version,
)
from dashboard.metrics.samples import SampleEvent, samples
from dashboard.metrics.window import Span, Window
from dashboard.metrics.windows import read_window, read_windows

__all__ = [
    "Account",
    "Gap",
    "Intake",
    "LogTail",
    "Mark",
    "OtherFile",
    "Piece",
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
    "forget",
    "intake",
    "log_tail",
    "marks",
    "names",
    "pieces",
    "read",
    "read_newest",
    "read_superseded",
    "read_window",
    "read_windows",
    "samples",
    "settle",
    "sizes",
    "summaries",
    "version",
]
