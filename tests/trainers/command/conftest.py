from pathlib import Path

import pytest

from tests.trainers.command.given import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
