"""PostgreSQL's own programs: pg_dump, and pg_restore into psql in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import IO

from django.db import connection, connections

FOLDERS = Path("/usr/lib/postgresql")  # Debian's, one a version
LOCK_TIMEOUT = "10s"  # somebody who still uses a table is told of, not waited for


class NoTool(Exception):
    """A program of PostgreSQL is not installed."""


class Failed(Exception):
    """A program of PostgreSQL ended with an error; the message is its own. Nothing was changed."""


def dump(target: Path) -> None:
    options = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges"]
    command = [tool("pg_dump"), *options, "--file", str(target)]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"pg_dump: {done.stderr.strip()}")


def load(source: Path) -> None:
    """Replace all tables. It is done as a whole or not at all."""
    drop = _drop()
    psql, restore = tool("psql"), tool("pg_restore")
    environment = _environment()
    connections.close_all()
    with subprocess.Popen(
        [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"],
        env=environment,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as client:
        assert client.stdin is not None
        assert client.stderr is not None
        wrong = _feed(client.stdin, drop, [restore, "--no-owner", "--no-privileges"], source)
        told = client.stderr.read().decode(errors="replace").strip()
    if wrong or client.returncode:
        raise Failed(f"pg_restore: {wrong}" if wrong and not told else f"psql: {told}")


def tool(name: str) -> str:
    """The program's path, the newest version first. NoTool."""
    if found := shutil.which(name):
        return found
    installed = sorted(FOLDERS.glob(f"*/bin/{name}"), key=lambda path: path.parts[-3])
    if installed:
        return str(installed[-1])
    raise NoTool(
        f"{name} is not installed here: install PostgreSQL's programs (Debian: apt-get install"
        " postgresql-client), in the version of the server or a newer one; or run pg_dump where"
        " the server is, as docs/operating.md says"
    )


def _feed(pipe: IO[bytes], drop: str, restore: list[str], source: Path) -> str:
    """Everything into psql; the last word is COMMIT, and is said only when all went well."""
    try:
        with pipe:
            pipe.write(f"BEGIN;\nSET LOCAL lock_timeout = '{LOCK_TIMEOUT}';\n{drop}\n".encode())
            wrong = _pour([*restore, "--file=-", str(source)], pipe)
            if not wrong:
                pipe.write(b"COMMIT;\n")
            return wrong
    except BrokenPipeError:
        return "psql ended before all was told"


def _pour(command: list[str], pipe: IO[bytes]) -> str:
    """What the program prints, into the pipe. Why it failed, or ""."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        try:
            shutil.copyfileobj(program.stdout, pipe)
        except BrokenPipeError:
            program.kill()
            raise
        wrong = program.stderr.read().decode(errors="replace").strip()
    return wrong or f"exit code {program.returncode}" if program.returncode else ""


def _drop() -> str:
    tables = connection.introspection.table_names()
    names = ", ".join(connection.ops.quote_name(name) for name in sorted(tables))
    return f"DROP TABLE {names} CASCADE;" if names else ""


def _environment() -> dict[str, str]:
    """Not as arguments, which everybody on the machine can read."""
    told = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    given = {name: str(told[key]) for name, key in (names | {"PGDATABASE": "NAME"}).items()}
    if mode := told.get("OPTIONS", {}).get("sslmode"):
        given["PGSSLMODE"] = str(mode)
    return {**os.environ, **{name: value for name, value in given.items() if value}}
