"""Who may do what: a token's scope, or a person's login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from dashboard.api.models import Scope, Token

if TYPE_CHECKING:  # rest_framework.views itself loads this module
    from rest_framework.views import APIView

RANKS = {Scope.VIEWER: 1, Scope.MEMBER: 2, Scope.ADMIN: 3}  # a worker has no rank: it only works


class TokenHolder:
    """A program that came with a token."""

    is_authenticated = True
    is_active = True
    pk = None

    def __init__(self, token: Token) -> None:
        self.token = token


class TokenOrSession(SessionAuthentication):
    """`Authorization: Bearer …`, else the browser's login."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        kind, _space, plain = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return super().authenticate(request)
        token = Token.find(plain.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise AuthenticationFailed(
                _("This token is not valid: it may be mistyped, expired or revoked.")
            )
        token.used()
        return TokenHolder(token), token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"  # so that a missing login is answered with 401, not 403


def name_of(request: Request) -> str:
    """The person's name, or the token's."""
    user = request.user
    return f"token {user.token.name}" if isinstance(user, TokenHolder) else str(user)


def scope_of(request: Request) -> str:
    """The scope of whoever asks; "" where nobody is logged in."""
    user = request.user
    if isinstance(user, TokenHolder):
        return user.token.scope
    if user is None or not user.is_authenticated:
        return ""
    return Scope.ADMIN if user.is_superuser else Scope.MEMBER


class _AtLeast(BasePermission):
    rank = 0

    def has_permission(self, request: Request, view: APIView) -> bool:
        return RANKS.get(Scope(scope), 0) >= self.rank if (scope := scope_of(request)) else False


class MayRead(_AtLeast):
    rank = RANKS[Scope.VIEWER]


class MayLaunch(_AtLeast):
    """Reading is open to viewers; anything that changes a run needs a member."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        self.rank = RANKS[Scope.VIEWER if request.method in ("GET", "HEAD") else Scope.MEMBER]
        return super().has_permission(request, view)


class MayAdminister(_AtLeast):
    rank = RANKS[Scope.ADMIN]


class MayReadOrAdminister(_AtLeast):
    """Reading is open to viewers; changing needs an administrator."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        self.rank = RANKS[Scope.VIEWER if request.method in ("GET", "HEAD") else Scope.ADMIN]
        return super().has_permission(request, view)


class MayWork(BasePermission):
    """Only a worker's token: people do not claim runs."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return scope_of(request) == Scope.WORKER
