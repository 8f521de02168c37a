"""A data directory that cannot be: one clear line, no traceback."""

import os
import subprocess
import sys

import pytest

from dashboard.places import ROOT


@pytest.mark.parametrize("command", [["up", "--no-browser"], ["migrate"], ["token", "list"]])
def test_a_data_directory_that_cannot_be_made_is_named(command, tmp_path):
    (tmp_path / "file").write_text("")
    data = tmp_path / "file" / "data"
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, "FIXPOINT_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"the data directory {data} cannot be made" in done.stderr
    assert "set FIXPOINT_DATA (or --data)" in done.stderr
