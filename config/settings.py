"""All settings, read from the environment; ``deploy/piaojue.env`` explains each variable.

``PIAOJUE_ENV`` is ``development`` unless it says ``production``. Production has no defaults for what must be
decided (SECRET_KEY, DATABASE_URL, ALLOWED_HOSTS); development needs no variable at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import (
    checks,  # noqa: F401 registers our rules with `manage.py check`
    env,
)
from config.database.patience import PatientConnection

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("PIAOJUE_VAR", default=str(BASE_DIR / "var"))).expanduser().resolve()

_environment = env.choice("PIAOJUE_ENV", options=("development", "production"), default="development")
PRODUCTION = _environment == "production"
DEBUG = env.boolean("DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise env.MisunderstoodSetting("DEBUG must be off in production: its pages show secrets to everyone.")

# ------------------------------------------------------------------------------------------ the key and hosts

SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise env.MisunderstoodSetting(
            "SECRET_KEY must be set in production: 50 random characters or more, kept private and "
            "unchanged (the printed access codes are bound to it)."
        )
    SECRET_KEY = env.private_file(VAR / "secret-key")

ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=() if PRODUCTION else (".localhost", "127.0.0.1", "[::1]"))
if not ALLOWED_HOSTS:
    raise env.MisunderstoodSetting("ALLOWED_HOSTS must be set in production: the host names of the site.")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
#: Where ``make demo`` serves.
DEMO_PLACE = (
    env.text("HOST", default="127.0.0.1"),
    env.integer("PORT", default=8000, least=1, most=65535),
)

# ------------------------------------------------------------------------------------------- the applications

INSTALLED_APPS = [
    "accounts",
    "voting",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "crispy_bootstrap5",
    "crispy_forms",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
]

MIDDLEWARE = [
    "config.observing.observed",
    "config.health.monitored",
    "django.middleware.security.SecurityMiddleware",
    "config.addresses.refuse_nul",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "voting.views.core.elder.ElderMode",
    "config.kept.KeptPages",
    "config.headers.permissions_policy",
    "config.headers.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.congresses.CongressAddresses",
    "config.addresses.language_of_address",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.congresses.OwnCongress",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "voting.views.core.unreadable.UnreadableRecords",
    "voting.views.core.busy.BusyPages",
]

FILE_UPLOAD_HANDLERS = [
    "config.in_memory.ScansInMemory",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "voting.views.core.elder.look_of_answer",
            ],
            "builtins": ["voting.templatetags.addresses"],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# ----------------------------------------------------------------------------------------------- the database

_server = env.database("DATABASE_URL")
if _server is None and PRODUCTION:
    raise env.MisunderstoodSetting(
        "DATABASE_URL must be set in production: postgres://user:password@host:port/name. "
        "The embedded PostgreSQL is for trying and for development only."
    )
_pool_least = env.integer("DATABASE_POOL_MIN", default=2, least=1, most=200)
_pool_most = env.integer("DATABASE_POOL_MAX", default=max(16, _pool_least), least=1, most=200)
if _pool_most < _pool_least:
    raise env.MisunderstoodSetting(
        f"DATABASE_POOL_MAX must be at least DATABASE_POOL_MIN: {_pool_most} is less than {_pool_least}."
    )
#: How many granians serve, and what each reads: their processes and threads share the connections.
INSTANCES = env.integer("PIAOJUE_INSTANCES", default=2, least=1, most=64)
WORKERS = env.integer("GRANIAN_WORKERS", default=1, least=1, most=256)
BLOCKING_THREADS = env.integer("GRANIAN_BLOCKING_THREADS", default=8, least=1, most=1024)
_database = _server or {"NAME": "piaojue", "EMBEDDED_IN": VAR / "postgres", "OPTIONS": {}}
_database["OPTIONS"] = env.LOST_SERVER | _database["OPTIONS"]
# How long a page waits: ``config.database.patience``.
# Values travel apart from the statements, so that no log of statements holds who voted when.
_database["OPTIONS"]["server_side_binding"] = True
if env.boolean("DATABASE_POOL", default=False):
    # A lost connection is sought for so long, and then anew for whoever comes next: never with the pauses between that
    # grow for minutes, so that a server which is back, or its successor, is found at once.
    _database["OPTIONS"]["pool"] = {
        "min_size": _pool_least,
        "max_size": _pool_most,
        "timeout": 5,
        "reconnect_timeout": 3,
        "connection_class": PatientConnection,
    }
    # Larger than any count: nothing is prepared but what asks for it (``accounts.prepared``).
    _database["OPTIONS"]["prepare_threshold"] = 2**31
else:
    # A pooler of transactions gives the next statement another connection: a cursor that the server keeps is not there.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True

DATABASES = {"default": {"ENGINE": "config.database", "CONN_MAX_AGE": 0, **_database}}

# ----------------------------------------------------------------------------------------- signing in and out

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.password_rules.OwnRule"},
    {"NAME": "accounts.password_rules.LengthRule", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.password_rules.RareRule"},
    {"NAME": "accounts.password_rules.MixedRule"},
]

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # wants HSTS for all names below ours, which are not ours to decide
    "security.W021",  # … and in the browsers' lists
]

#: Whether staff can do nothing without a second factor; who has one is asked for it either way.
SECOND_FACTOR_REQUIRED = (
    env.choice(
        "SECOND_FACTOR",
        options=("required", "optional"),
        default="required" if PRODUCTION else "optional",
    )
    == "required"
)

OTP_TOTP_ISSUER = "Piaojue"

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * env.integer("SESSION_MINUTES", default=60, least=5, most=12 * 60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "voting.views.vote.carried_marks.stale_form"
# Messages stay on the server; the delegates' pages use none.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --------------------------------------------------------------------------------------- what the browser may

HTTPS = env.boolean("HTTPS", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False  # other names are not ours to decide
if env.boolean("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# ------------------------------------------------------------------------------------------ language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", default="Asia/Shanghai")
if TIME_ZONE not in available_timezones():
    raise env.MisunderstoodSetting(f"TIME_ZONE must be a name like Asia/Shanghai, not {TIME_ZONE!r}.")

# ----------------------------------------------------------------------------------------------- static files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
#: So long a public page is kept for whoever comes next; 0 keeps none.
KEPT_SECONDS = env.integer("KEPT_SECONDS", default=0 if DEBUG else 2, least=0, most=60)
#: What tells whether a page that was kept would be made the same.
STATE_OF_PAGES = "voting.read_models.core.page_state.States"
#: Papers that were drawn once; may be emptied at any time.
DRAWN_PAPERS = VAR / "drawn"
#: Directories of fonts for the rarest characters, which the packaged fonts lack.
MORE_FONTS = env.directories("MORE_FONTS")
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# ------------------------------------------------------------------------------------------------------- logs

# To standard error, and nothing about who asked for what: no addresses, no request bodies, no codes. In production
# one JSON object a line, and what a page of the vote has to say once a minute (``config.observing``).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "config.observing.JSONLines"},
    },
    "filters": {"once a minute": {"()": "config.away.OnceAMinute"}},
    "handlers": {
        "stderr": {"class": "config.observing.DiscreetHandler", "formatter": "json"}
        if PRODUCTION
        else {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {
            "handlers": ["stderr"], "level": "ERROR", "propagate": False, "filters": ["once a minute"],
        },
        # Whoever asks for another host gets 400; a traceback for every scanner helps nobody.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        # It tells of every attempt to connect; ``config.database.patience`` says why there is none.
        "psycopg.pool": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}  # fmt: skip

# ---------------------------------------------------------------------------------------- what watches the site

#: Each worker answers monitors at this port of this computer; 0: none does.
MONITOR_PORT = env.integer("MONITOR_PORT", default=0, least=0, most=65535)
#: A statement that takes longer is told by its shape; 0: none is.
SLOW_STATEMENT_MS = env.integer("SLOW_STATEMENT_MS", default=1000, least=0, most=600_000)
#: A collector of errors; none where it is empty.
SENTRY_DSN = env.text("SENTRY_DSN")
