"""Quick passwords: the pages are tested here, not PBKDF2. And no page's language stays behind."""

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def english_again():
    """What a page was asked for in holds in this thread until the next one is."""
    with override("en"):
        yield
