"""One installation for all faults: they come one after the other, as in life."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installation import Installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("fixpoint") / "data", slots=4)
    made.data.mkdir()
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def up(installation: Installation) -> Installation:
    """The installation, started again where the test before left it down."""
    if installation.up is None or installation.up.poll() is not None:
        installation.start()
    return installation
