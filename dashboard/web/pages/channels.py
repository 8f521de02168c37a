"""Where notices are sent: webhooks, chats and e-mail; a test of each; what became of what left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dashboard.notices import mailing, outbox
from dashboard.notices.models import Channel, Delivery
from dashboard.notices.wording import headline, message
from dashboard.web import live
from dashboard.web.channel_form import ChannelForm

LATELY = 50  # deliveries


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    edited = _edited(request.GET.get("edit", ""))
    return _page(request, edited, ChannelForm(instance=edited))


def _page(request: HttpRequest, edited: Channel | None, form: ChannelForm) -> HttpResponse:
    channels = list(Channel.objects.select_related("project"))
    found = Delivery.objects.select_related("channel", "notice__run")
    lately = list(found[:LATELY])

    def answer() -> HttpResponse:
        context = {
            "channels": channels,
            "deliveries": [_row(delivery) for delivery in lately],
            "form": form,
            "edited": edited,
            "mail_is_on": mailing.is_on(),
            "attempts": outbox.ATTEMPTS,
            "hours": outbox.HOURS,
        }
        status = 422 if form.errors else 200
        return render(request, "pages/channels.html", context, status=status)

    if form.is_bound:
        return answer()
    seen = [(d.pk, d.status, d.attempts, d.next_at) for d in lately]
    return live.answer(request, [], answer, seen, [vars_of(channel) for channel in channels])


def vars_of(channel: Channel) -> list[Any]:
    return [channel.pk, channel.name, channel.target, channel.enabled, channel.warnings]


def _row(delivery: Delivery) -> dict[str, Any]:
    about = headline(delivery.notice) if delivery.notice else _("Test")
    return {"delivery": delivery, "about": about, "error": message(delivery.error)}


def _edited(asked: str) -> Channel | None:
    return get_object_or_404(Channel, pk=int(asked)) if asked.isdecimal() else None


def _act(request: HttpRequest) -> HttpResponse:
    """do: "<what> <channel or delivery>"."""
    if not request.user.is_superuser:
        raise PermissionDenied
    what, _space, whom = request.POST.get("do", "").partition(" ")
    if what == "save":
        return _save(request, _edited(whom))
    if what not in ACTIONS or not whom.isdecimal():
        return HttpResponse(status=400)
    ACTIONS[what](request, int(whom))
    return redirect("channels")


def _save(request: HttpRequest, edited: Channel | None) -> HttpResponse:
    form = ChannelForm(request.POST, instance=edited)
    if not form.is_valid():
        return _page(request, edited, form)
    channel = form.save()
    if not channel.enabled:
        outbox.drop(channel)
    messages.success(request, _("Saved. Send a test to see that it arrives."))
    return redirect("channels")


def _test(request: HttpRequest, pk: int) -> None:
    delivery = outbox.test(get_object_or_404(Channel, pk=pk))
    values = {"name": delivery.channel.name, "answer": delivery.answer or "–"}
    if delivery.status == Delivery.Status.SENT:
        messages.success(request, _("The test reached %(name)s: %(answer)s") % values)
    else:
        values["error"] = message(delivery.error)
        text = _("The test did not reach %(name)s. %(error)s Its answer: %(answer)s")
        messages.error(request, text % values)


def _delete(request: HttpRequest, pk: int) -> None:
    Channel.objects.filter(pk=pk).delete()
    messages.success(request, _("Deleted, with what waited for it."))


def _again(request: HttpRequest, pk: int) -> None:
    if outbox.again(get_object_or_404(Delivery, pk=pk)):
        messages.success(request, _("It is sent again within seconds."))
    else:
        messages.error(request, _("It waits to be sent already."))


ACTIONS: dict[str, Callable[[HttpRequest, int], None]] = {
    "test": _test,
    "delete": _delete,
    "again": _again,
}
