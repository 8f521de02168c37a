"""The metric store's door: append, read. What lies behind it is nobody else's business."""

from dashboard.metrics.appending import Gap, Receipt, Unreadable, append, append_log
from dashboard.metrics.reading import (
    Intake,
    LogTail,
    Mark,
    Summary,
    intake,
    log_tail,
    marks,
    names,
    read,
    summaries,
    version,
)
from dashboard.metrics.samples import SampleEvent, samples

__all__ = [
    "Gap",
    "Intake",
    "LogTail",
    "Mark",
    "Receipt",
    "SampleEvent",
    "Summary",
    "Unreadable",
    "append",
    "append_log",
    "intake",
    "log_tail",
    "marks",
    "names",
    "read",
    "samples",
    "summaries",
    "version",
]
