"""Channels: who may change them, what is checked, the test, the list of what left."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.notices.models import Channel, Delivery
from tests.notices.given import Answer, channel, judged, receiver, verdict, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def page(client, query=""):
    answer = client.get(f"/notices/channels/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def act(client, do, **more):
    return client.post("/notices/channels/", {"do": do, **more}, follow=True)


def save(client, pk="", **more):
    values = {"name": "ops", "kind": "webhook", "target": "https://example.org/hook"}
    return act(client, f"save {pk}", **{**values, "language": "en", "enabled": "on", **more})


def test_an_empty_page_says_that_the_bell_is_all_there_is(admin):
    assert "There is no channel yet" in page(admin)
    assert "Nothing was sent yet" in page(admin)


def test_a_webhook_is_added_with_a_secret_that_is_made_and_can_be_read(admin):
    told = save(admin).content.decode()
    made = Channel.objects.get()
    assert made.secret.startswith("whsec_")
    assert made.secret in told
    assert (made.enabled, made.warnings, made.project) == (True, False, None)


def test_while_editing_a_secret_stays_unless_another_is_typed(admin):
    save(admin)
    made = Channel.objects.get()
    assert made.secret not in page(admin, f"?edit={made.pk}").split('id="channel"')[1]
    save(admin, made.pk, name="renamed")
    made_after = Channel.objects.get()
    assert (made_after.name, made_after.secret) == ("renamed", made.secret)
    save(admin, made.pk, secret="another")
    assert Channel.objects.get().secret == "another"


@pytest.mark.parametrize(
    "target",
    ["ftp://example.org", "file:///etc/passwd", "example.org/hook", "http://", "https://u:p@e.org"],
)
def test_what_cannot_be_posted_to_is_refused_and_stays_typed(admin, target):
    answer = save(admin, target=target)
    assert answer.status_code == 422
    assert "Nothing can be posted there" in answer.content.decode()
    assert target in answer.content.decode()
    assert not Channel.objects.exists()


def test_addresses_of_e_mail_are_checked_one_by_one(admin):
    answer = save(admin, kind="email", target="a@example.org, nobody")
    assert "nobody is no e-mail address" in answer.content.decode()
    save(admin, kind="email", target="a@example.org, b@example.org\na@example.org")
    assert Channel.objects.get().target == "a@example.org\nb@example.org"
    assert Channel.objects.get().secret == ""


def test_a_secret_that_receivers_could_not_read_is_refused(admin):
    assert save(admin, secret="whsec_!!").status_code == 422


def test_without_a_mail_server_the_page_says_how_to_turn_mail_on(admin, settings):
    settings.EMAIL_HOST = ""
    assert "FIXPOINT_MAIL_HOST" in page(admin)
    settings.EMAIL_HOST = "smtp.example.org"
    assert "FIXPOINT_MAIL_HOST" not in page(admin)


def test_the_test_shows_what_came_back(admin):
    with receiver(Answer(200, "hello there")) as there:
        made = channel(target=there.url)
        assert "hello there" in act(admin, f"test {made.pk}").content.decode()
    assert len(there.received) == 1


def test_the_test_shows_why_it_failed(admin):
    made = channel(target="http://127.0.0.1:9/")
    told = act(admin, f"test {made.pk}").content.decode()
    assert "The test did not reach ops" in told
    assert "ConnectError" in told


def test_an_answer_that_holds_html_is_shown_as_text(admin):
    with receiver(Answer(200, "<script>alert(1)</script>")) as there:
        told = act(admin, f"test {channel(target=there.url).pk}").content.decode()
    assert "<script>alert(1)" not in told
    assert "&lt;script&gt;alert(1)" in told


def test_what_was_given_up_says_so_and_is_sent_again(admin, run):
    delivery = waiting(run)
    Delivery.objects.update(status="given_up", attempts=7)
    assert "after 7 attempts over 17 hours; press Send again" in page(admin)
    act(admin, f"again {delivery.pk}")
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("waiting", 0)


def test_a_channel_that_is_switched_off_drops_what_waits(admin, run):
    delivery = waiting(run)
    values = {"name": "ops", "kind": "webhook", "target": "https://e.org", "language": "en"}
    act(admin, f"save {delivery.channel_id}", **values)
    delivery.refresh_from_db()
    assert delivery.status == "given_up"
    assert not Channel.objects.get().enabled
    assert "switched off" in page(admin)


def test_deleting_takes_what_waits_and_leaves_the_notice(admin, run):
    delivery = waiting(run)
    act(admin, f"delete {delivery.channel_id}")
    assert not Channel.objects.exists()
    assert not Delivery.objects.exists()
    assert run.notices.count() == 1


def test_members_see_that_there_are_channels_but_no_address_secret_or_answer(page_client, run):
    made = channel(target="https://hooks.slack.com/T0/B0/token", secret="whsec_c2VjcmV0")
    judged(run, verdict())
    Delivery.objects.update(answer="200 inner words")
    told = page(page_client)
    assert made.name in told
    for hidden in ("hooks.slack.com", "whsec_c2VjcmV0", "inner words", "Send again<", "Edit"):
        assert hidden not in told


@pytest.mark.parametrize("do", ["save ", "test {}", "delete {}", "again {}"])
def test_members_change_nothing(page_client, do):
    made = channel()
    values = {"name": "mine", "kind": "webhook", "target": "https://e.org", "language": "en"}
    assert act(page_client, do.format(made.pk), **values).status_code == 403
    assert list(Channel.objects.values_list("name", flat=True)) == ["ops"]


@pytest.mark.parametrize("do", ["", "dance 1", "test", "test x", "delete ²"])
def test_an_order_that_nobody_gives_is_refused(admin, do):
    assert act(admin, do).status_code == 400


@pytest.mark.parametrize("query", ["?edit=x", "?edit="])
def test_an_address_that_nobody_made_is_no_breakage(admin, query):
    assert "Add a channel" in page(admin, query)
    assert admin.get("/notices/channels/?edit=99").status_code == 404
