"""The door: a name and a password, or the one-time link."""

import hashlib
import time

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.places import login_link_file

PAGES = ["/", "/launch/", "/launch/rehearsal/", "/compare/", "/runs/0/"]


@pytest.fixture
def admin(db):
    return User.objects.create_superuser("admin")


@pytest.fixture
def link(admin):
    """A fresh one-time link, as `up` leaves it."""

    def make(token="open-sesame", expires=60.0):
        hashed = hashlib.sha256(token.encode()).hexdigest()
        login_link_file().write_text(f"{time.time() + expires} {hashed}\n")
        return reverse("login_once", args=[token])

    yield make
    login_link_file().unlink(missing_ok=True)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_asks_for_a_login_and_comes_back(client, db, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={address}"


def test_a_password_opens_the_door(client, member):
    answer = client.post("/login/", {"username": "lin", "password": "a long pass phrase"})
    assert answer["Location"] == "/"


def test_a_wrong_password_is_said_and_the_name_kept(client, member):
    answer = client.post("/login/", {"username": "lin", "password": "wrong"})
    assert answer.status_code == 200
    assert b'role="alert"' in answer.content
    assert b'value="lin"' in answer.content


def test_the_link_opens_the_door_once(client, link):
    address = link()
    assert client.get(address)["Location"] == "/"
    assert client.get("/").status_code == 200
    client.logout()
    again = client.get(address)
    assert again.status_code == 403
    assert b"used already" in again.content
    assert b"manage.py login_link" in again.content


def test_an_expired_link_says_so(client, link):
    answer = client.get(link(expires=-1))
    assert answer.status_code == 403
    assert b"expired" in answer.content
    assert login_link_file().exists()


def test_a_guessed_link_does_not_spend_the_real_one(client, link):
    address = link()
    assert client.get(reverse("login_once", args=["guess"])).status_code == 403
    assert client.get(address).status_code == 302


def test_without_a_link_nothing_opens(client, admin):
    assert client.get(reverse("login_once", args=["x"])).status_code == 403


def test_a_broken_link_file_is_no_way_in(client, link):
    address = link()
    login_link_file().write_text("junk")
    assert client.get(address).status_code == 403


def test_without_an_admin_the_link_says_what_is_missing(client, link, admin):
    address = link()
    admin.delete()
    answer = client.get(address)
    assert answer.status_code == 403
    assert b"no user named admin" in answer.content


def test_logging_out_closes_the_door(page_client):
    assert page_client.post("/logout/")["Location"] == "/login/"
    assert page_client.get("/").status_code == 302


def test_the_language_is_changed_before_the_login_too(client, db):
    client.post("/language/", {"language": "zh-hans", "next": "/login/"})
    assert 'lang="zh-hans"' in client.get("/login/").content.decode()


def test_the_browser_chooses_the_language(client, db):
    page = client.get("/login/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).content.decode()
    assert "登录" in page
