"""A report as Markdown, for a pull request. Pictures are told by their numbers, in the tables."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.comparison.report.blocks import Block, Code, Document, Points, Table, Text

ESCAPED = str.maketrans({"|": "\\|", "<": "&lt;", "\n": " "})


def markdown(report: Document) -> str:
    parts = [f"# {_plain(report.title)}", f"**{_plain(report.label)}**"]
    for section in report.sections:
        parts.append(f"## {_plain(section.title)}")
        parts += [told for block in section.blocks if (told := _block(block))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Text(text):
            return text.replace("<", "&lt;")
        case Points(items):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Table(heads, rows):
            ruled = [heads, ["---"] * len(heads), *rows]
            return "\n".join(_line(row) for row in ruled)
        case Code(text):
            return f"```\n{text}\n```"
        case _:
            return ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |"


def _plain(text: str) -> str:
    """On one line, and never taken for a table's bar or for HTML."""
    return text.translate(ESCAPED)
