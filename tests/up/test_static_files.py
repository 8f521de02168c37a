"""Static files are collected when one changed, and not otherwise."""

from __future__ import annotations

import pytest

from dashboard.up import static_files


@pytest.fixture
def source(tmp_path, settings):
    """The only folder of static files, with one in it."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.css").write_text("a {}")
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    return tmp_path / "source"


def test_are_collected_once(source, settings):
    assert static_files.collect()
    assert (settings.STATIC_ROOT / "page.css").exists()
    assert not static_files.collect()


def test_are_collected_again_when_one_changed(source, settings):
    static_files.collect()
    (source / "page.css").write_text("a { color: red }")
    assert static_files.collect()
    assert "red" in (settings.STATIC_ROOT / "page.css").read_text()


def test_are_collected_again_when_one_is_new_or_gone(source):
    static_files.collect()
    (source / "new.css").write_text("b {}")
    assert static_files.collect()
    (source / "new.css").unlink()
    assert static_files.collect()


def test_are_collected_again_after_an_interruption(source, settings, monkeypatch):
    static_files.collect()
    (source / "page.css").write_text("c {}")
    with monkeypatch.context() as broken:
        broken.setattr(static_files, "call_command", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            static_files.collect()
    (source / "page.css").write_text("a {}")
    assert static_files.collect()


def test_are_collected_again_for_another_storage(source, settings):
    static_files.collect()
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    assert static_files.collect()
