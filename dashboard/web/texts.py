"""Every text that people read, collected for the translators. Needs babel: for contributors."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from dashboard.health.rules import RULES
from dashboard.places import ROOT
from trainers.catalog import BUILT_IN
from trainers.command.model import TEXTS
from trainers.config import Trainer

PO = ROOT / "dashboard" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
HEADER = "# Fixpoint in Simplified Chinese. Made and compiled by: python3 manage.py texts"

Found = tuple[str, Any]  # the file, and the msgid (or a pair of singular and plural)


def collected() -> Catalog:
    """All texts there are now, without a translation."""
    catalog = Catalog(project="Fixpoint", charset="utf-8")
    for file, msgid in sorted(_found(), key=repr):
        catalog.add(msgid, locations=[(file, 0)])
    return catalog


def kept(path: Path = PO) -> Catalog:
    """The translations; an empty catalogue where there is none yet."""
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def merged() -> Catalog:
    """What is kept for the texts there are now; what nobody says any more is dropped."""
    catalog = kept()
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def save(catalog: Catalog) -> None:
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalog.header_comment = HEADER
    with PO.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, sort_output=True)
    PO.with_suffix(".mo").write_bytes(compiled(catalog))


def compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """Texts without a whole translation, and those that are only guessed at."""
    return [
        str(message.id)
        for message in catalog
        if message.id and (message.fuzzy or not _whole(message.string))
    ]


def _whole(string: Any) -> bool:
    parts = string if isinstance(string, tuple | list) else [string]
    return bool(parts) and all(parts)


def _found() -> Iterator[Found]:
    yield from _in_python()
    yield from _in_templates()
    for rule in RULES:
        yield from ((f"dashboard/health/rules/{rule.name}.py", text) for text in rule.paragraphs)
    for trainer in BUILT_IN.values():
        for text in filter(None, _in_trainer(trainer)):
            yield f"trainers/{trainer.name}", text
    for text in TEXTS:  # of registered commands the rest is in its administrator's language
        yield "trainers/command", text


def _in_python() -> Iterator[Found]:
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (msgid := _marked(node)):
                yield str(path.relative_to(ROOT)), msgid


def _marked(call: ast.Call) -> Any:
    """The literal of `_("…")`, the two of `ngettext("…", "…", n)`; None for any other call."""
    name = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
    if name not in KEYWORDS:
        return None
    wanted = call.args[:2] if str(name).startswith("ngettext") else call.args[:1]
    texts = [arg.value for arg in wanted if isinstance(arg, ast.Constant) and arg.value]
    if len(texts) < len(wanted) or not texts:
        return None
    return tuple(texts) if len(texts) > 1 else texts[0]


def _in_templates() -> Iterator[Found]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = io.BytesIO(templatize(path.read_text(encoding="utf-8")).encode())
        for _line, msgid, _comments, _context in extract("python", source, keywords=KEYWORDS):
            yield str(path.relative_to(ROOT)), msgid


def _in_trainer(trainer: Trainer) -> Iterator[str]:
    yield from (trainer.title, trainer.summary)
    for preset in trainer.presets.values():
        yield from (preset.title, preset.help)
    for metric in trainer.metrics:
        yield from (metric.title, metric.unit, metric.meaning)
    for fix in trainer.fixes:
        yield from (fix.title, fix.symptom)
    for info in trainer.config.model_fields.values():
        yield from (info.title or "", info.description or "")
        noted = info.json_schema_extra
        yield from (str(noted.get(key, "")) for key in ("group", "unit") if isinstance(noted, dict))
