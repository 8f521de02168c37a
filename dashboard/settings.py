"""Django's settings. What an operator decides comes from the environment: docs/operating.md."""

from __future__ import annotations

import os
import secrets

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from dashboard.places import ROOT, data_dir
from dashboard.version import VERSION

BASE_DIR = ROOT
DATA = data_dir()
try:
    DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
except OSError as error:
    raise ImproperlyConfigured(
        f"the data directory {DATA} cannot be made ({error.strerror}):"
        " set FIXPOINT_DATA (or --data) to a directory you may write to"
    ) from error
if not os.access(DATA, os.W_OK):
    raise ImproperlyConfigured(
        f"the data directory {DATA} cannot be written to:"
        " change its owner, or set FIXPOINT_DATA (or --data) to another one"
    )


def _secret_key() -> str:
    """FIXPOINT_SECRET_KEY, else one made once and kept in the data directory."""
    if key := os.environ.get("FIXPOINT_SECRET_KEY"):
        return key
    kept = DATA / "secret-key"
    if not kept.exists():
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            os.link(fresh, kept)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text()


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("FIXPOINT_DEBUG") == "1"
ALLOWED_HOSTS = _list("FIXPOINT_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _list("FIXPOINT_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "dashboard.runs",
    "dashboard.metrics",
    "dashboard.health",
    "dashboard.notices",
    "dashboard.storage",
    "dashboard.search",
    "dashboard.training",
    "dashboard.comparison",
    "dashboard.api",
    "dashboard.web",
    "dashboard.up",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.web.full_disk.FullDisk",
]

ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.web.full_disk.warning",
                "dashboard.web.bell.context",
            ],
        },
    }
]

DATABASES = {
    # each request has a thread of its own: a kept connection would never be used again
    "default": dj_database_url.config(
        default=f"sqlite:///{DATA / 'fixpoint.sqlite3'}", conn_max_age=0
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",  # a writer waits its turn instead of failing midway
        # the rest of what a connection is told: dashboard/storage/database.py:prepare
        "init_command": "PRAGMA synchronous=NORMAL;",
    }
    # a file, so that the threads of a served app share it
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "dashboard" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = DATA / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": os.environ.get(
            "FIXPOINT_STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "runs"
LOGOUT_REDIRECT_URL = "login"

# A post of events may carry this much; larger bodies are answered with 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20
# It is parsed at once, so it is not laid on the disk before.
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE

# Over plain http on one machine cookies cannot be "secure"; behind TLS they must be.
HTTPS = os.environ.get("FIXPOINT_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],  # plotly.js draws with style attributes
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["dashboard.api.access.TokenOrSession"],
    "DEFAULT_PERMISSION_CLASSES": ["dashboard.api.access.MayRead"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "dashboard.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fixpoint",
    "DESCRIPTION": "Launch, watch, judge and compare training runs.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["dashboard.api.access.MayRead"],
    "ENUM_NAME_OVERRIDES": {
        "MetricDirectionEnum": ["lower", "higher", "none"],
        "StudyDirectionEnum": "dashboard.comparison.models.Direction",
    },
}

# A run whose lease was not renewed for this long is queued again, or lost.
LEASE_SECONDS = float(os.environ.get("FIXPOINT_LEASE_SECONDS", "15"))
MAX_LOSSES = int(os.environ.get("FIXPOINT_MAX_LOSSES", "3"))

# Free disk below which every page warns, and below which nothing more is taken in.
DISK_WARN = float(os.environ.get("FIXPOINT_DISK_WARN_GB", "5")) * 1e9
DISK_STOP = float(os.environ.get("FIXPOINT_DISK_STOP_GB", "0.5")) * 1e9

# Notices by e-mail leave by this server; without one e-mail is off.
EMAIL_HOST = os.environ.get("FIXPOINT_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("FIXPOINT_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("FIXPOINT_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("FIXPOINT_MAIL_PASSWORD", "")
MAIL_SECURITY = os.environ.get("FIXPOINT_MAIL_SECURITY", "starttls")
if MAIL_SECURITY not in ("starttls", "tls", "none"):
    raise ImproperlyConfigured(
        f"FIXPOINT_MAIL_SECURITY is {MAIL_SECURITY!r}: set it to starttls, tls or none"
    )
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SECURITY == "starttls", MAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("FIXPOINT_MAIL_FROM") or EMAIL_HOST_USER or "fixpoint@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"httpx": {"level": "WARNING"}},
}
