"""Configurations as YAML or JSON files: the fields of the form, by name."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from trainers.errors import BadInput


def read(path: Path) -> dict[str, Any]:
    """Values by field. A run's config.json will do too: its "config" is taken.

    BadInput: no such file, neither YAML nor JSON, or not a list of names and values.
    """
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # JSON is YAML
    except OSError as error:
        raise BadInput(f"--config {path} cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError) as error:
        text = " ".join(str(error).split())
        raise BadInput(f"--config {path} is neither YAML nor JSON ({text})") from error
    if isinstance(found, dict) and {"trainer", "seed", "config"} == found.keys():
        found = found["config"]
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise BadInput(f"--config {path}: write it as one 'name: value' a line")
    return found


class Loader(yaml.SafeLoader):
    """Refuses a name that stands twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        names = [self.construct_object(key, deep=deep) for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"{name} stands twice", problem_mark=node.start_mark
                )
        return super().construct_mapping(node, deep=deep)
