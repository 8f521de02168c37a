"""A report as one HTML file: its style, pictures and data are inside, and it asks for nothing."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from dashboard.comparison.report.blocks import Block, Document, Picture
from dashboard.comparison.report.data import in_script


def page(report: Document, data: Any, made_at: str) -> str:
    """data: what a program may want of the study, kept in the file as JSON."""
    sections = [
        {"title": section.title, "blocks": [_block(block) for block in section.blocks]}
        for section in report.sections
    ]
    context = {
        "report": report,
        "sections": sections,
        "language": get_language(),
        "made_at": made_at,
        "data": mark_safe(in_script(data)),
    }
    return render_to_string("reports/study.html", context)


def _block(block: Block) -> dict[str, Any]:
    told = {"kind": type(block).__name__.lower(), **vars(block)}
    if isinstance(block, Picture):
        told["svg"] = mark_safe(block.svg)  # numbers and escaped text alone
    return told
