"""What must be there before anything is served: tables, static files, a person, a token."""

from __future__ import annotations

import os

from django.contrib.auth.models import User
from django.core.management import call_command

from dashboard.api.models import Token
from dashboard.places import worker_token_file
from dashboard.up import static_files

ADMIN = "admin"


def prepare() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    static_files.collect()
    ensure_admin()
    ensure_worker_token()


def ensure_admin() -> None:
    """Somebody whom the login link can log in. Without a password, until one is set."""
    if not User.objects.filter(username=ADMIN).exists():
        User.objects.create_superuser(ADMIN, password=None)


def ensure_worker_token() -> None:
    """The token of this machine's own worker, made once, and again where it is unknown."""
    kept = worker_token_file()
    if kept.exists() and Token.find(kept.read_text().strip()):
        return
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(Token.issue("this machine", "worker"))
    fresh.replace(kept)
