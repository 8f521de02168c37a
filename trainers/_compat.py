"""Import this before transformers: `import trainers._compat  # noqa: F401`, `# isort: split`.

transformers imports torchvision wherever the package is there, and cannot give out a single model
where it is broken, as it is when it was built for another torch ("operator torchvision::nms does
not exist"). Nothing here needs torchvision, so a broken one is hidden from it.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys

log = logging.getLogger("trainers")

QUESTIONS = (
    "is_torchvision_available",
    "is_torchvision_v2_available",
    "is_torchvision_greater_or_equal",
)


def hide_broken_torchvision() -> str:
    """Why it was hidden; "" where it works, or is not there."""
    if importlib.util.find_spec("torchvision") is None:
        return ""
    try:
        importlib.import_module("torchvision")
    except Exception as error:  # whatever its libraries raise
        _hide()
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""


def _hide() -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    for place in ("transformers.utils.import_utils", "transformers.utils"):
        module = importlib.import_module(place)
        for question in QUESTIONS:
            if hasattr(module, question):
                setattr(module, question, _no)


def _no(*_: object, **__: object) -> bool:
    return False


reason = hide_broken_torchvision()
if reason:
    log.warning("torchvision is broken here and is not used: %s", reason)
