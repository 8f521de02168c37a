"""The shelf of answers: the ones asked for last stay, a person's own are for that person."""

from dashboard.runs.freshness import MadeOf
from dashboard.web.kept_answers import Answer, Asked, Kept, Shelf, packed, read

SHARED, OWN = MadeOf(("r",), "1"), MadeOf(reader="7")


def asked(path, session="s"):
    return Asked((path.encode(), b""), session, "")


def kept(size, made_of=SHARED):
    return Kept(Answer(200, [(b"etag", b'W/"x"')], b"." * size), made_of, "1")


def test_the_oldest_makes_room():
    shelf = Shelf(room=100)
    for path in ("a", "b", "c"):
        shelf.keep(asked(path), kept(40))
    assert [shelf.find(asked(path)) is None for path in ("a", "b", "c")] == [True, False, False]


def test_an_answer_made_anew_takes_the_place_of_the_old_one():
    shelf = Shelf(room=100)
    for _ in range(5):
        shelf.keep(asked("a"), kept(60))
    shelf.keep(asked("b"), kept(40))
    assert shelf.find(asked("a"))
    assert shelf.find(asked("b"))


def test_a_readers_own_answer_is_not_anothers():
    shelf = Shelf()
    shelf.keep(asked("a", "lin"), kept(1, OWN))
    assert shelf.find(asked("a", "lin"))
    assert shelf.find(asked("a", "wei")) is None


def test_only_a_pages_script_with_a_login_is_answered():
    def scope(method="GET", **headers):
        told = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        base = {"type": "http", "method": method, "path": "/", "query_string": b""}
        return {**base, "headers": told}

    live = {"x_fixpoint_live": "1", "cookie": "sessionid=s"}
    assert read(scope(**live))
    assert read(scope(method="POST", **live)) is None
    assert read(scope(cookie="sessionid=s")) is None
    assert read(scope(x_fixpoint_live="1")) is None
    assert read(scope(**live, authorization="Bearer x")) is None


def test_what_is_packed_says_so():
    answer = packed(kept(2000).answer, Asked((b"", b"gzip"), "s", ""))
    assert dict(answer.headers)[b"content-encoding"] == b"gzip"
    assert dict(answer.headers)[b"content-length"] == str(len(answer.body)).encode()
    assert answer.etag == '"x"'
