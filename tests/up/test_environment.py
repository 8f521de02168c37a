"""The bootstrap: when the environment is made, with what, and what is said when that fails.

Nothing is installed here: pip, python -m venv and exec are stood in for.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.up import environment, installing

ROOT = Path(__file__).resolve().parents[2]


class Checkout:
    """A checkout in which commands are noted instead of run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: list[str] = []

    def lock(self, name: str, text: str) -> None:
        (self.folder / "requirements" / name).write_text(text)


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Checkout:
    made = Checkout(tmp_path)
    (tmp_path / "requirements").mkdir()
    for name, text in {
        "base.txt": "a==1\n",
        "test.txt": "a==1\nb==2\n",
        "torch.in": "torch==2.0\n",
        "torch.txt": "torch==2.0\n",
    }.items():
        made.lock(name, text)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path / "requirements")
    monkeypatch.setattr(environment, "_python_version", lambda: "Python 3.11.7")
    monkeypatch.setattr(installing, "make_environment", lambda folder: _make(made, folder))
    monkeypatch.setattr(installing, "install_lock", lambda _, lock: made.done.append(lock.name))
    monkeypatch.setattr(installing, "install_torch", lambda *_: made.done.append("torch"))
    monkeypatch.setattr(os, "execv", lambda _, words: made.done.append(" ".join(words)))
    return made


def _make(made: Checkout, folder: Path) -> None:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin" / "python").touch()
    made.done.append("venv")


def test_up_makes_what_is_missing_and_continues_in_it(checkout):
    environment.enter(["manage.py", "up", "--demo"])
    python = checkout.folder / ".venv" / "bin" / "python"
    assert checkout.done == ["venv", "base.txt", "torch", f"{python} manage.py up --demo"]


def test_a_second_start_installs_nothing(checkout):
    environment.ensure("base")
    checkout.done.clear()
    environment.ensure("base")
    assert checkout.done == []


def test_what_test_needs_covers_up(checkout):
    environment.ensure("test")
    checkout.done.clear()
    environment.ensure("base")
    assert checkout.done == []


def test_test_after_up_installs_the_rest(checkout):
    environment.ensure("base")
    checkout.done.clear()
    environment.ensure("test")
    assert "test.txt" in checkout.done


@pytest.mark.parametrize("changed", ["base.txt", "torch.in", "torch.txt"])
def test_a_changed_lock_is_installed(checkout, changed):
    environment.ensure("base")
    checkout.lock(changed, "torch==2.1\n")
    checkout.done.clear()
    environment.ensure("base")
    assert "base.txt" in checkout.done


def test_another_python_in_the_environment_is_noticed(checkout, monkeypatch):
    environment.ensure("base")
    monkeypatch.setattr(environment, "_python_version", lambda: "Python 3.12.1")
    assert not environment.is_current("base")


def test_an_interrupted_update_is_taken_up_again(checkout, monkeypatch):
    environment.ensure("base")
    checkout.lock("base.txt", "a==2\n")
    monkeypatch.setattr(installing, "install_torch", lambda *_: sys.exit("no network"))
    with pytest.raises(SystemExit):
        environment.ensure("base")
    assert not environment.is_current("base")
    checkout.lock("base.txt", "a==1\n")
    assert not environment.is_current("base")


def test_other_commands_install_nothing(checkout):
    environment.enter(["manage.py", "migrate"])
    environment.enter(["manage.py"])
    assert not (checkout.folder / ".venv").exists()


def test_other_commands_use_the_environment_that_is_there(checkout, monkeypatch):
    _make(checkout, checkout.folder / ".venv")
    checkout.done.clear()
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    environment.enter(["manage.py", "migrate"])
    assert checkout.done == [f"{checkout.folder}/.venv/bin/python manage.py migrate"]


def test_ones_own_environment_is_respected(checkout, monkeypatch):
    _make(checkout, checkout.folder / ".venv")
    checkout.done.clear()
    monkeypatch.setattr(sys, "prefix", "/somebodys/own")
    environment.enter(["manage.py", "migrate"])
    assert checkout.done == []


@pytest.mark.parametrize("words", [["--data", "there"], ["--data=there"]])
def test_the_data_directory_is_known_before_the_settings(words, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIXPOINT_DATA", "elsewhere")
    environment.read_data_option(["manage.py", "up", *words])
    assert os.environ["FIXPOINT_DATA"] == str(tmp_path / "there")


def test_a_data_option_without_a_value_is_left_to_the_command(monkeypatch):
    monkeypatch.setenv("FIXPOINT_DATA", "elsewhere")
    environment.read_data_option(["manage.py", "up", "--data"])
    assert os.environ["FIXPOINT_DATA"] == "elsewhere"


def test_an_old_python_is_told_what_is_needed():
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 2);"
        " runpy.run_path('manage.py', run_name='__main__')"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_old_python_can_read_as_far_as_that():
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 7))


def test_no_other_commands_data_option_is_read(monkeypatch):
    monkeypatch.setenv("FIXPOINT_DATA", "elsewhere")
    environment.read_data_option(["manage.py", "dumpdata", "--data", "there"])
    assert os.environ["FIXPOINT_DATA"] == "elsewhere"


def test_says_what_to_install_where_python_cannot_make_environments(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        installing.make_environment(tmp_path / ".venv")
    assert not (tmp_path / ".venv").exists()


def test_a_failed_pip_is_shown_without_its_harmless_warnings(tmp_path):
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\necho 'Collecting a==1'\n"
        "echo 'WARNING: Location \"x\" is ignored: not a list of find-links' >&2\n"
        "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES' >&2\nexit 1\n"
    )
    python.chmod(0o700)
    said = installing.pip(python, "a==1")
    assert "DO NOT MATCH THE HASHES" in said
    assert "find-links" not in said


def test_a_pip_that_went_well_says_nothing(tmp_path, capsys):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'Requirement already satisfied: a'\n")
    python.chmod(0o700)
    assert installing.pip(python, "a==1") == ""
    assert capsys.readouterr().out == ""


def test_progress_says_how_far_it_is_and_with_what(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(installing, "PROGRESS_SECONDS", -1)
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\necho 'Collecting a==1'\necho '  Processing /far/away/a-1.whl (5 MB)'\n"
        "echo 'Installing collected packages: a'\n"
    )
    python.chmod(0o700)
    installing.pip(python, "a==1", total=9)
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "fixpoint:     1 of about 9: collecting a==1",
        "fixpoint:     1 of about 9: processing a-1.whl",
        "fixpoint:     unpacking …",
    ]


def tried(monkeypatch, *, nvidia: bool, gives: str) -> list[str]:
    """What is tried for torch, on a machine with or without a driver, until `gives` matches."""
    asked: list[str] = []

    def pip(_python: Path, *words: str, total: int = 0) -> str:
        asked.append(" ".join(words))
        return "" if gives in asked[-1] else "ERROR: not found"

    monkeypatch.setattr(installing, "pip", pip)
    monkeypatch.setattr(installing, "_has_torch", lambda *_: False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/nvidia-smi" if nvidia else None)
    installing.install_torch(Path("python"), ROOT / "requirements")
    return asked


def test_without_a_gpu_a_local_cpu_wheel_is_taken(monkeypatch):
    assert tried(monkeypatch, nvidia=False, gives="--no-index") == [
        "--no-index --no-deps torch==2.13.0+cpu"
    ]


def test_without_a_local_wheel_pytorchs_cpu_index_is_asked_briefly(monkeypatch):
    asked = tried(monkeypatch, nvidia=False, gives="--index-url")
    assert len(asked) == 2
    assert "--retries 0 --timeout 5" in asked[1]


def test_without_either_the_locked_build_is_installed(monkeypatch):
    asked = tried(monkeypatch, nvidia=False, gives="torch.txt")
    assert len(asked) == 3
    assert "--require-hashes" in asked[2]


def test_with_a_gpu_the_locked_build_is_installed_at_once(monkeypatch):
    asked = tried(monkeypatch, nvidia=True, gives="torch.txt")
    assert len(asked) == 1


def test_the_bootstrap_imports_nothing_that_must_be_installed():
    for name in ("environment", "installing", "suite", "worker"):
        for module in _imports(ROOT / "dashboard" / "up" / f"{name}.py"):
            first = module.split(".")[0]
            assert first in sys.stdlib_module_names or first == "dashboard", f"{name}: {module}"


def test_the_bootstrap_loads_without_packages():
    code = "import dashboard.up.environment, dashboard.up.suite, dashboard.up.worker"
    subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}",
        ],
        check=True,
    )


def _imports(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found


def test_the_locks_agree_with_each_other():
    base, test = (_pins(ROOT / "requirements" / f"{name}.txt") for name in ("base", "test"))
    assert base.items() <= test.items()


def _pins(lock: Path) -> dict[str, str]:
    lines = [line for line in lock.read_text().splitlines() if "==" in line]
    return {line.split(" \\")[0].replace("==", " ", 1): "" for line in lines}
