"""Tokens: for programs and workers. Only a hash of each is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import models
from django.db.models import Q
from django.utils.timezone import now


class Scope(models.TextChoices):
    ADMIN = "admin"
    MEMBER = "member"  # launches and stops runs
    VIEWER = "viewer"  # reads
    WORKER = "worker"  # claims runs and ships their events, nothing else


class Token(models.Model):
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, in hex
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.scope})"

    @classmethod
    def issue(cls, name: str, scope: str, expires_at: dt.datetime | None = None) -> str:
        """A new token, in plain text for this one time. 256 random bits need no salt."""
        plain = f"fixpoint_{secrets.token_urlsafe(32)}"
        cls.objects.create(name=name, scope=scope, digest=digest_of(plain), expires_at=expires_at)
        return plain

    @classmethod
    def find(cls, plain: str) -> Token | None:
        """The token, or None where it is unknown or expired."""
        valid = cls.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now()))
        return valid.filter(digest=digest_of(plain)).first()

    def used(self) -> None:
        """Note the use, at most once a minute."""
        minute_ago = now() - dt.timedelta(minutes=1)
        stale = Q(last_used_at=None) | Q(last_used_at__lt=minute_ago)
        Token.objects.filter(stale, pk=self.pk).update(last_used_at=now())


def digest_of(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
