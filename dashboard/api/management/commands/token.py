"""`manage.py token create NAME --scope member`: prints a new token once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.api.models import Scope, Token


class Command(BaseCommand):
    help = "Create, list or revoke the tokens that programs and workers use."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="print a new token, once")
        create.add_argument("name", help="what uses it, for example the host of a worker")
        create.add_argument("--scope", required=True, choices=Scope.values)
        actions.add_parser("list", help="every token, without its secret")
        revoke = actions.add_parser("revoke", help="make every token of this name worthless")
        revoke.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['action']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        self.stdout.write(Token.issue(options["name"], options["scope"]))

    def _list(self, options: dict[str, Any]) -> None:
        for token in Token.objects.order_by("created_at"):
            used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
            self.stdout.write(f"{token.name}\t{token.scope}\tlast used {used}")

    def _revoke(self, options: dict[str, Any]) -> None:
        count, _ = Token.objects.filter(name=options["name"]).delete()
        if not count:
            raise CommandError(f"there is no token named {options['name']!r}: see token list")
        self.stdout.write(f"revoked {count} token(s) named {options['name']}")
