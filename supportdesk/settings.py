"""Every setting, read from the environment, with a default that works on a laptop.

A value that does not fit stops every command with one sentence, see `env`: a desk
that runs on a misspelt setting is worse than one that does not run.
"""

import os
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from babel.numbers import list_currencies

from supportdesk.db.config import apps_for, database_from_url, is_mongo, migrations_for

from . import env as forms
from .defaults import *  # noqa: F403
from .defaults import INSTALLED_APPS
from .env import BadSetting, Environment, is_loopback, quoted
from .storage import keys

env = Environment(os.environ)
# A wheel has templates, static files and manage.py inside the package; a checkout has them beside it
IS_WHEEL = (Path(__file__).resolve().parent / "templates").is_dir()
BASE_DIR = Path(__file__).resolve().parent if IS_WHEEL else Path(__file__).resolve().parent.parent

# --- Where the desk keeps its things -----------------------------------------
DATA_DIR = env.folder("DATA_DIR", Path.cwd() if IS_WHEEL else BASE_DIR)

DEBUG = env.switch("DEBUG", True)

# A key for each purpose: one that leaks does not open the other doors.
SECRET_KEY = env.secret("SECRET_KEY")
JWT_SIGNING_KEY = env.secret("JWT_SIGNING_KEY")
# What the shop's backend signs identities with. Empty: identify is refused.
WIDGET_SIGNING_KEY = env.secret("WIDGET_SIGNING_KEY")
if not DEBUG:
    if not SECRET_KEY:
        raise BadSetting(
            "SECRET_KEY", "not set", f"with DEBUG off the desk needs its own secret, {keys.ADVICE}"
        )
    for _name in ("SECRET_KEY", "JWT_SIGNING_KEY", "WIDGET_SIGNING_KEY"):
        if _weak := keys.weakness(globals()[_name]):
            raise BadSetting(_name, _weak, keys.ADVICE)
SECRET_KEY = SECRET_KEY or keys.kept_in(DATA_DIR / ".secret-key")
JWT_SIGNING_KEY = JWT_SIGNING_KEY or keys.derived(SECRET_KEY, "jwt")
if not WIDGET_SIGNING_KEY and DEBUG:
    WIDGET_SIGNING_KEY = keys.derived(SECRET_KEY, "widget")

PORT = env.integer("PORT", 8000, 1, 65535)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
WIDGET_ORIGINS = env.origins(
    "WIDGET_ORIGINS", ["http://localhost:*", "http://127.0.0.1:*"] if DEBUG else [], wildcards=True
)
if DEBUG:
    # DEBUG shows source code and settings, and everybody knows the demo logins
    for _host in ALLOWED_HOSTS:
        if not is_loopback(_host):
            raise BadSetting(
                "ALLOWED_HOSTS",
                f"{quoted(_host)} while DEBUG is on",
                "set DEBUG=off, or use names of this machine only, such as localhost",
            )
else:
    if "*" in ALLOWED_HOSTS:
        raise BadSetting("ALLOWED_HOSTS", '"*"', "use the desk's own host names, such as desk.example")
    for _origin in WIDGET_ORIGINS:
        if _origin.partition("://")[2].partition(":")[0] in ("", "*"):
            raise BadSetting(
                "WIDGET_ORIGINS", f'"{_origin}"', "use the shop's own sites, such as https://shop.example"
            )
# Frontends on other origins that may call the API from a browser.
CORS_ALLOWED_ORIGINS = env.origins("CORS_ORIGINS")
RATE_LIMITS = env.switch("RATE_LIMITS", True)
REDIS_URL = env.url("REDIS_URL", schemes=["redis", "rediss"], like=forms.A_REDIS)
# How many reverse proxies append to X-Forwarded-For; 0 = the peer's address counts.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, 0, 10)
# TLS ends at a proxy in front of the desk; cookies and links rely on it
HTTPS = env.switch("HTTPS", not DEBUG)
# One thread runs Python at a time; the others wait for the database or the disk
WORKER_THREADS = env.integer("WORKER_THREADS", 8, 1, 128)
# Processes of `manage.py serve` on one port
WORKERS = env.integer("WORKERS", 1, 1, 64)
SHOP_NAME = env.text("SHOP_NAME", "Village Pantry", pattern=".{1,80}", fits="use at most 80 characters")
# ISO 4217: what amounts are in that name no currency of their own
SHOP_CURRENCY = env.text("SHOP_CURRENCY", "INR")
if SHOP_CURRENCY not in list_currencies():
    raise BadSetting("SHOP_CURRENCY", quoted(SHOP_CURRENCY), "use a code of ISO 4217 such as INR or EUR")
# Where customers find the chat: the link in e-mails
PUBLIC_URL = env.url("PUBLIC_URL", f"http://127.0.0.1:{PORT}/", like=forms.A_PAGE).rstrip("/") + "/"
# The desk's own origin, for the links in e-mails; PUBLIC_URL may be a page of the shop
DESK_URL = env.url("DESK_URL", forms.root_of(PUBLIC_URL), like=forms.A_ROOT).rstrip("/")
# What the desk does by itself, see docs/operations.md; 0 is never
BACKGROUND_WORK = env.switch("BACKGROUND_WORK", True)
# Keeps the SQL of the hottest queries, see supportdesk/db/compiled_queries.py; off for comparison and for doubt
COMPILED_QUERIES = env.switch("COMPILED_QUERIES", True)
AUTO_CLOSE_DAYS = env.integer("AUTO_CLOSE_DAYS", 7, 0, 3650)
UNREAD_MAIL_MINUTES = env.integer("UNREAD_MAIL_MINUTES", 10, 0, 10_080)
RETENTION_DAYS = env.integer("RETENTION_DAYS", 0, 0, 36_500)
AUDIT_DAYS = env.integer("AUDIT_DAYS", 730, 0, 36_500)
# Opens /metrics to others than this machine. Empty: only to this machine.
METRICS_TOKEN = env.secret("METRICS_TOKEN")
# An OpenAI-compatible endpoint that words Villy's answers, see docs/villy.md. Empty: none.
LLM_BASE_URL = env.url("LLM_BASE_URL")
LLM_MODEL = env.text("LLM_MODEL")
LLM_API_KEY = env.secret("LLM_API_KEY")
# Whether it may also say a question in full that Villy did not understand; then the question before leaves too
LLM_FOLLOW_UPS = env.switch("LLM_FOLLOW_UPS", False)
# Whether agents may ask it for a reply to a ticket; then what was said there and its order's state leave the desk
LLM_SUGGESTED_REPLIES = env.switch("LLM_SUGGESTED_REPLIES", False)
env.needs("LLM_BASE_URL", "LLM_MODEL")
env.needs("LLM_MODEL", "LLM_BASE_URL")
env.needs("LLM_API_KEY", "LLM_BASE_URL")
if LLM_FOLLOW_UPS:
    env.needs("LLM_FOLLOW_UPS", "LLM_BASE_URL")
if LLM_SUGGESTED_REPLIES:
    env.needs("LLM_SUGGESTED_REPLIES", "LLM_BASE_URL")
env.needs_package("LLM_BASE_URL", "openai", "requirements-llm.txt")
# Takes POST {"to", "text"}: for the order codes of customers without an e-mail. Empty: they get none.
SMS_URL = env.url("SMS_URL")
# The shop system's own webhooks. Without its secret a receiver is 404.
SHOPIFY_WEBHOOK_SECRET = env.secret("SHOPIFY_WEBHOOK_SECRET")
WOOCOMMERCE_WEBHOOK_SECRET = env.secret("WOOCOMMERCE_WEBHOOK_SECRET")
# Webhooks may call addresses of private networks
WEBHOOK_PRIVATE = env.switch("WEBHOOK_PRIVATE", False)
# E-mail in: a key that is part of an address, or a mailbox that the worker polls
EMAIL_HOOK_KEY = env.secret(
    "EMAIL_HOOK_KEY", pattern="[A-Za-z0-9_-]{6,200}", fits="use 6 to 200 letters, digits, - and _"
)
# Verifies Mailgun's webhook. Empty: the webhook is 404
MAILGUN_SIGNING_KEY = env.secret("MAILGUN_SIGNING_KEY", pattern="[!-~]{6,200}", fits="copy it from Mailgun")
EMAIL_IN_URL = env.url("EMAIL_IN_URL", schemes=["imaps", "imap"], like=forms.A_MAILBOX)
WHATSAPP_VERIFY_TOKEN = env.secret("WHATSAPP_VERIFY_TOKEN")
WHATSAPP_APP_SECRET = env.secret("WHATSAPP_APP_SECRET")
WHATSAPP_TOKEN = env.secret("WHATSAPP_TOKEN")
WHATSAPP_PHONE_ID = env.text(
    "WHATSAPP_PHONE_ID",
    pattern="[A-Za-z0-9_-]{1,64}",
    fits="use the id of the phone number: digits, as Meta shows them",
)
env.needs("WHATSAPP_TOKEN", "WHATSAPP_PHONE_ID")
# For the link "Continue on WhatsApp" in e-mails; empty: no link
WHATSAPP_NUMBER = env.text(
    "WHATSAPP_NUMBER",
    pattern=r"\+?[1-9][0-9]{6,14}",
    fits="use the shop's WhatsApp number in international form, such as 919812345678",
).removeprefix("+")
# The account whose templates are copied; empty: the one that the first call of Meta names
WHATSAPP_ACCOUNT_ID = env.text(
    "WHATSAPP_ACCOUNT_ID",
    pattern="[A-Za-z0-9_-]{1,64}",
    fits="use the id of the WhatsApp Business account: digits",
)
WHATSAPP_API_URL = env.url("WHATSAPP_API_URL", "https://graph.facebook.com/v23.0")
# Errors go to Sentry, without what people wrote. Empty: nowhere.
SENTRY_DSN = env.url("SENTRY_DSN", like=forms.A_DSN)
env.needs_package("SENTRY_DSN", "sentry_sdk", "requirements-sentry.txt")
# Agents may also sign in with the shop's own identity provider (OpenID Connect). Empty: passwords only.
OIDC_URL = env.url("OIDC_URL")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.secret("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "company account", pattern=".{1,60}", fits="use at most 60 characters")
env.needs("OIDC_URL", "OIDC_CLIENT_ID")
env.needs("OIDC_CLIENT_ID", "OIDC_URL")
env.needs("OIDC_CLIENT_SECRET", "OIDC_URL")

# --- Django ------------------------------------------------------------------
# Browsers know passkeys on http://localhost and on HTTPS
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}

_database = database_from_url(env.text("DATABASE_URL", "sqlite:"), DATA_DIR)
DATABASES = {"default": _database}
# The models are the same on every engine; MongoDB wants Django's own apps set up differently
INSTALLED_APPS = apps_for(_database, INSTALLED_APPS)
MIGRATION_MODULES = migrations_for(_database)
DEFAULT_AUTO_FIELD = (
    "django_mongodb_backend.fields.ObjectIdAutoField"
    if is_mongo(_database)
    else "django.db.models.BigAutoField"
)

if REDIS_URL:
    CACHES = {
        "default": {"BACKEND": "supportdesk.storage.redis_cache.PatientRedisCache", "LOCATION": REDIS_URL}
    }

# Our pages are Jinja2 (half the cost of a Django template); Django's engine stays for the admin
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "supportdesk.templating.environment",
            "context_processors": ["supportdesk.templating.csrf"],
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# As gettext calls them, see supportdesk/languages.py
LANGUAGES = [("en", "English"), ("hi", "हिन्दी"), ("hi-latn", "Hinglish")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Kolkata")

# --- Files -------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = (DATA_DIR if IS_WHEEL else BASE_DIR) / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # No URL of its own: a picture is reached through tickets.desk.files only.
        "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "supportdesk.serving.static.ImmutableStatic"},
}
# Pictures in a bucket instead of DATA_DIR/media, still served through the desk's own access check
S3_BUCKET = env.text(
    "S3_BUCKET",
    pattern="[A-Za-z0-9][A-Za-z0-9._-]{2,254}",
    fits="use the name of a bucket, such as shop-pictures",
)
_bucket_options = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.url("S3_ENDPOINT_URL") or None,
    "region_name": env.text("S3_REGION", pattern="[a-z0-9-]+", fits="use a region such as ap-south-1")
    or None,
    "access_key": env.secret("S3_ACCESS_KEY") or None,
    "secret_key": env.secret("S3_SECRET_KEY") or None,
}
for _name in ("S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
    env.needs(_name, "S3_BUCKET")
env.needs("S3_ACCESS_KEY", "S3_SECRET_KEY")
env.needs("S3_SECRET_KEY", "S3_ACCESS_KEY")
if S3_BUCKET:
    env.needs_package("S3_BUCKET", "storages", "requirements-s3.txt")
    env.needs_package("S3_BUCKET", "boto3", "requirements-s3.txt")
    STORAGES["default"] = {"BACKEND": "supportdesk.storage.s3.Bucket", "OPTIONS": _bucket_options}
# A scanner that speaks clamd's protocol: files are sent through it before they are stored
CLAMAV_URL = env.text("CLAMAV_URL", pattern=forms.A_SCANNER, fits=forms.SCANNER_FITS)

# --- Mail --------------------------------------------------------------------
# Without a mail server mails are files in DATA_DIR/mail
EMAIL_HOST = env.host("EMAIL_HOST")
# On a developer's machine the files in DATA_DIR/mail are read; in production they are not sent
MAIL_GOES_OUT = bool(EMAIL_HOST) or DEBUG
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "tickets.channels.email.on_disk.EmailBackend"
)
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_PORT = env.integer("EMAIL_PORT", 587, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", pattern=".+")
env.needs("EMAIL_HOST_USER", "EMAIL_HOST")
env.needs("EMAIL_HOST_PASSWORD", "EMAIL_HOST_USER")
# STARTTLS, and TLS from the first byte: a server expects one of them
EMAIL_USE_TLS = env.switch("EMAIL_USE_TLS", EMAIL_PORT == 587)
EMAIL_USE_SSL = env.switch("EMAIL_USE_SSL", EMAIL_PORT == 465)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise BadSetting(
        "EMAIL_USE_TLS",
        f"on beside EMAIL_USE_SSL (EMAIL_PORT {EMAIL_PORT})",
        "use EMAIL_USE_TLS for STARTTLS, mostly on port 587, or EMAIL_USE_SSL for TLS from the start, mostly on port 465",
    )
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mailbox("MAIL_FROM", "Support <support@localhost>")
# The reply address, to which a +token is added; empty: MAIL_FROM
EMAIL_REPLY_TO = parseaddr(env.mailbox("EMAIL_REPLY_TO", DEFAULT_FROM_EMAIL))[1].lower()

# By which push services know the desk; without it the desk makes a key and keeps it
VAPID_PRIVATE_KEY = env.secret("VAPID_PRIVATE_KEY", pattern=forms.A_PUSH_KEY, fits=forms.PUSH_KEY_FITS)

# --- Sessions and headers ----------------------------------------------------
# Django's sessions in the database; each page of the desk reads one
SESSION_ENGINE = "tickets.accounts.session_store"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS", wildcards=True)
_NONE, _SELF = "'none'", "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [_NONE],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:", "blob:"],
        "media-src": [_SELF, "blob:"],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "frame-src": [_SELF],
        "manifest-src": [_SELF],
        # The button that leads to the company's provider is a form, and browsers follow its redirect by this
        "form-action": [_SELF, *(["/".join(OIDC_URL.split("/")[:3])] if OIDC_URL else [])],
        "base-uri": [_NONE],
        "frame-ancestors": [_NONE],
    }
}

# --- API ---------------------------------------------------------------------
SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ALGORITHM": "HS256",
    "AUDIENCE": "supportdesk-api",
    "ISSUER": "supportdesk",
    "USER_ID_CLAIM": "sub",
    "AUTH_HEADER_TYPES": ("Bearer",),
    # The clocks of two servers are not equal: a token from the faster one would be refused as not yet issued
    "LEEWAY": timedelta(seconds=45),
    "CHECK_REVOKE_TOKEN": True,
}
# --- Logs --------------------------------------------------------------------
# `json` is one object a line, for machines; `line` is for the person in front of the terminal
LOG_FORMAT = env.choice("LOG_FORMAT", "line" if DEBUG else "json", ["line", "json"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "supportdesk.observability.logs.LineFormatter"},
        "json": {"()": "supportdesk.observability.logs.DiscreetFormatter"},
    },
    "filters": {"refusal": {"()": "supportdesk.observability.logs.Refusal"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {
        "handlers": ["stderr"],
        "level": env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]),
    },
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # A wrong password or a stranger's 404 is not an incident.
        "django.request": {"level": "ERROR"},
        # Robots that ask for other hosts come by the thousand
        "django.security.DisallowedHost": {"filters": ["refusal"]},
        # At DEBUG it tells what is in the documents
        "pymongo": {"level": "INFO"},
        # A line a request is for machines
        **({} if LOG_FORMAT == "json" else {"supportdesk.requests": {"level": "WARNING"}}),
    },
}

# `serve --workers` sets it for its processes, see `metrics`
env.declare("PROMETHEUS_MULTIPROC_DIR")
env.refuse_near_misses()

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
