"""YAML with the line of every entry, so that what is wrong can be pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from trainers.config_file import Loader


class Unreadable(ValueError):
    """No YAML; its text says where and why."""


@dataclass(frozen=True)
class Source:
    """data: what the file says; root: the same with places."""

    file: Path
    data: Any
    root: yaml.Node | None

    def problem(self, place: Sequence[str | int], text: str) -> str:
        """One line: file, line, field, and what is wrong there."""
        line, field = self._find(place)
        where = f"{self.file}, line {line}" if line else str(self.file)
        return f"{where}: {'.'.join(field)}: {text}" if field else f"{where}: {text}"

    def _find(self, place: Sequence[str | int]) -> tuple[int, list[str]]:
        """The line of the entry, or of the innermost one around it that there is."""
        node, field = self.root, list[str]()
        line = 1 if node is None else node.start_mark.line + 1
        for position, key in enumerate(place):
            entry = _entry(node, key)
            if entry is None:
                missing = str(key) if position == len(place) - 1 else ""
                return line, [*field, missing] if missing else field
            key_node, node = entry
            line = key_node.start_mark.line + 1
            field.append(str(key))
        return line, field


def _entry(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """(where it is named, what it holds) of an entry of a mapping or a list."""
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def read(file: Path) -> Source:
    """OSError: it cannot be opened. Unreadable: it is no YAML, or says something twice."""
    try:
        loader = Loader(file.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        data = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable(_words(file, error)) from error
    return Source(file, data, root)


def _words(file: Path, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or " ".join(str(error).split())
    where = f"{file}, line {mark.line + 1}" if mark else str(file)
    return f"{where}: no YAML: {text}"
