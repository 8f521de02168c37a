"""Texts that come from the trainers' catalogue, in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def translated(text: str | None) -> str:
    return gettext(text) if text else ""  # gettext("") would be the catalogue's header
