"""What a trainer is, as plain data and as text: settings, presets, metrics and known fixes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from trainers.catalog import TRAINERS
from trainers.config import Fix, Metric, Trainer
from trainers.errors import BadInput

Say = Callable[[str], str]  # puts a text into the reader's language

WORDS = {"lower": "lower is better", "higher": "higher is better", "none": ""}


def brief(trainer: Trainer, say: Say = str) -> dict[str, Any]:
    """An entry of the list of trainers."""
    return {
        "name": trainer.name,
        "title": _said(trainer.title, say),
        "summary": _said(trainer.summary, say),
        "primary": trainer.primary,
        "presets": list(trainer.presets),
    }


def described(trainer: Trainer, say: Say = str) -> dict[str, Any]:
    """Everything that a form, a program or a person needs to know; JSON can carry it."""
    return brief(trainer, say) | {
        "schema": _schema(trainer, say),
        "presets": [
            {
                "name": name,
                "title": _said(preset.title, say),
                "help": _said(preset.help, say),
                "values": trainer.config.model_validate(preset.values).model_dump(mode="json"),
            }
            for name, preset in trainer.presets.items()
        ],
        "metrics": [_metric(metric, say) for metric in trainer.metrics],
        "fixes": [_fix(fix, say) for fix in trainer.fixes],
    }


def as_text(trainer: Trainer) -> str:
    """The same for a terminal."""
    told = described(trainer)
    parts = [
        [f"{told['name']}: {told['title']}", told["summary"]],
        ["Settings", *_settings(told["schema"]["properties"])],
        [
            "Presets",
            *(f"  {one['name']}: {one['title']}. {one['help']}" for one in told["presets"]),
        ],
        ["Metrics", *(_metric_line(one, told["primary"]) for one in told["metrics"])],
        ["Fixes", *(line for one in told["fixes"] for line in _fix_lines(one))],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if len(lines) > 1) + "\n"


class Describe(argparse.Action):
    """python -m trainers NAME --describe: print the text and end."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **more)

    def __call__(self, parser: argparse.ArgumentParser, namespace: Any, *_: Any) -> None:
        name = getattr(namespace, "trainer", None)
        if name is None:
            parser.error("write the trainer's NAME before --describe")
        if name not in TRAINERS:
            raise BadInput(TRAINERS.unknown(name))
        sys.stdout.write(as_text(TRAINERS[name]))
        parser.exit()


def _said(text: str, say: Say) -> str:
    return say(text) if text else ""  # gettext("") would be the catalogue's header


def _schema(trainer: Trainer, say: Say) -> dict[str, Any]:
    """pydantic's JSON schema, with each field's group and unit beside its limits."""
    schema = trainer.config.model_json_schema()
    for field in schema["properties"].values():
        for key in ("title", "description", "group", "unit"):
            if key in field:
                field[key] = _said(field[key], say)
    return schema


def _metric(metric: Metric, say: Say) -> dict[str, Any]:
    return {
        "name": metric.name,
        "title": _said(metric.title, say),
        "unit": _said(metric.unit, say),
        "direction": metric.direction,
        "lower_bound": metric.lower_bound,
        "meaning": _said(metric.meaning, say),
    }


def _fix(fix: Fix, say: Say) -> dict[str, Any]:
    return {
        "name": fix.name,
        "title": _said(fix.title, say),
        "symptom": _said(fix.symptom, say),
        "patch": dict(fix.patch),
        "rule": fix.rule,
    }


def _settings(fields: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    group = ""
    for name, field in fields.items():
        if field.get("group", "") != group:
            group = field.get("group", "")
            yield f"  [{group}]"
        default = json.dumps(field.get("default"), ensure_ascii=False)
        unit = f" {field['unit']}" if field.get("unit") else ""
        yield f"  {name} = {default}{unit}{_limits(field)}  {field.get('description', '')}".rstrip()


def _limits(field: Mapping[str, Any]) -> str:
    """The choices or the range, where there are any."""
    if "enum" in field:
        return f" ({' | '.join(map(str, field['enum']))})"
    words = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    limits = [f"{sign} {field[key]}" for key, sign in words.items() if key in field]
    return f" ({', '.join(limits)})" if limits else ""


def _metric_line(metric: Mapping[str, Any], primary: str) -> str:
    bound = metric["lower_bound"]
    facts = [
        metric["unit"],
        WORDS[metric["direction"]],
        "" if bound is None else f"at least {bound:g}",
        "says whether a fix worked" if metric["name"] == primary else "",
    ]
    told = ", ".join(filter(None, facts))
    title = f"{metric['title']} ({told})" if told else metric["title"]
    return f"  {metric['name']}: {title}. {metric['meaning']}".rstrip()


def _fix_lines(fix: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {fix['name']}: {fix['title']}. {fix['symptom']} Seen by the rule {fix['rule']}."
    for name, value in fix["patch"].items():
        yield f"    --set {name}={json.dumps(value, ensure_ascii=False)}"
