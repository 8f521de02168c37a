"""The report of a study as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from dashboard.comparison.conclusion import Conclusion
from dashboard.comparison.reading import members
from dashboard.comparison.report import pictures
from dashboard.comparison.report.data import told
from dashboard.comparison.report.document import document
from dashboard.comparison.report.markdown import markdown
from dashboard.comparison.report.page import page
from dashboard.metrics import store
from dashboard.metrics.series import EMPTY

MOST_CURVES = 60  # that are drawn: those of the first seeds


def as_markdown(found: Conclusion) -> str:
    return markdown(document(found, drawn(found)))


def as_html(found: Conclusion, data: Mapping[str, Any]) -> str:
    """data: what is kept in the file for programs, beside the curves."""
    made_at = date_format(localtime(), "DATETIME_FORMAT")
    lines = drawn(found)
    names = [side.name for side in found.sides]
    return page(document(found, lines), {**data, "curves": told(lines, names)}, made_at)


def drawn(found: Conclusion) -> list[pictures.Curve]:
    """Of the primary metric. Costs one read of each run's curve."""
    study = found.study
    places = {arm.pk: arm.place for arm in study.arms.all()}
    held = [member for member in members(study) if member.run_id]
    metric, found_curves = study.metric, []
    for member in held[:MOST_CURVES]:
        series = store.read(member.run_id or "", [metric]).get(metric, EMPTY)
        found_curves.append(pictures.Curve(places[member.arm_id], series, member.run_name))
    return found_curves
