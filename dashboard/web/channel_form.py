"""The form of a channel: what its kind needs, checked before anything is sent there."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.notices import signing
from dashboard.notices.address import BadAddress, checked
from dashboard.notices.models import Channel, Kind

SIGNED = (Kind.WEBHOOK, Kind.FEISHU, Kind.DINGTALK)
MOST_ADDRESSES = 50


if TYPE_CHECKING:
    Base = forms.ModelForm[Channel]
else:
    Base = forms.ModelForm  # takes no parameter while it runs


class ChannelForm(Base):
    class Meta:
        model = Channel
        fields = [
            "name",
            "kind",
            "target",
            "secret",
            "project",
            "warnings",
            "news",
            "language",
            "enabled",
        ]
        labels = {
            "name": gettext_lazy("Name"),
            "kind": gettext_lazy("Kind"),
            "target": gettext_lazy("Address"),
            "secret": gettext_lazy("Secret"),
            "project": gettext_lazy("Project"),
            "warnings": gettext_lazy("Warnings too"),
            "news": gettext_lazy("Answers of studies"),
            "language": gettext_lazy("Language"),
            "enabled": gettext_lazy("Switched on"),
        }
        help_texts = {
            "target": gettext_lazy("Of e-mail: one or more addresses, one a line."),
            "secret": gettext_lazy(
                "Webhook: left empty, one is made. Feishu and DingTalk: that of the robot, where"
                " it asks for a signature. While editing, left empty, it stays."
            ),
            "warnings": gettext_lazy("Otherwise, of verdicts, failures alone."),
        }
        widgets = {
            "target": forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
            "secret": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept_secret = self.instance.secret
        self.initial["secret"] = ""  # shown beside the channel, where it is asked for
        self.fields["project"].empty_label = _("All projects")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kind, target = values.get("kind"), values.get("target", "")
        if kind and target:
            values["target"] = self._mail(target) if kind == Kind.EMAIL else self._web(target)
        if kind:
            values["secret"] = self._secret(kind, values.get("secret", ""))
        return values

    def _web(self, target: str) -> str:
        try:
            return checked(target)
        except BadAddress as error:
            why = _(str(error))
            self.add_error("target", _("Nothing can be posted there: %(why)s.") % {"why": why})
            return target

    def _mail(self, target: str) -> str:
        addresses = list(dict.fromkeys(target.replace(",", " ").replace(";", " ").split()))
        if len(addresses) > MOST_ADDRESSES:
            told = _("At most %(most)s addresses; make a list of your mail server for more.")
            self.add_error("target", told % {"most": MOST_ADDRESSES})
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                told = _("%(address)s is no e-mail address.") % {"address": address}
                self.add_error("target", told)
        return "\n".join(addresses)

    def _secret(self, kind: str, typed: str) -> str:
        if kind not in SIGNED:
            return ""
        same = self.instance.pk and self.initial.get("kind") == kind
        secret = typed.strip() or (self.kept_secret if same else "")
        if kind == Kind.WEBHOOK and not secret:
            return signing.new_secret()
        if kind == Kind.WEBHOOK and not _is_readable(secret):
            told = _("What follows whsec_ is no base64. Leave it empty to have one made.")
            self.add_error("secret", told)
        return secret


def _is_readable(secret: str) -> bool:
    if not secret.startswith(signing.PREFIX):
        return True
    try:
        base64.b64decode(secret.removeprefix(signing.PREFIX), validate=True)
    except ValueError:
        return False
    return True
