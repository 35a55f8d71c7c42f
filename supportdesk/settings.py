"""Every setting, read from the environment, with a default that works on a laptop.

A value that cannot be read stops the start with its name: a desk that quietly
runs on a misspelt setting is worse than one that does not run.
"""

import os
from datetime import timedelta
from pathlib import Path

from corsheaders.defaults import default_headers
from environs import Env
from marshmallow.validate import OneOf

from . import keys
from .databases import apps_for, database_from_url, is_mongo, migrations_for

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where the desk keeps its things -----------------------------------------
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", True)

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise SystemExit(
            "SECRET_KEY is not set. With DEBUG off the desk needs its own secret: "
            "set SECRET_KEY to a long random string, for example the output of "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    SECRET_KEY = keys.kept_in(DATA_DIR / ".secret-key")

# A key for each purpose: one that leaks does not open the other doors.
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", "") or keys.derived(SECRET_KEY, "jwt")
# What the shop's backend signs identities with. Empty: identify is refused.
WIDGET_SIGNING_KEY = env.str("WIDGET_SIGNING_KEY", "")
if not WIDGET_SIGNING_KEY and DEBUG:
    WIDGET_SIGNING_KEY = keys.derived(SECRET_KEY, "widget")

PORT = env.int("PORT", 8000)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
# Sites that may embed the widget, as CSP sources: https://shop.example, http://localhost:*
WIDGET_ORIGINS = env.list("WIDGET_ORIGINS", ["http://localhost:*", "http://127.0.0.1:*"] if DEBUG else [])
# Frontends on other origins that may call the API from a browser.
CORS_ALLOWED_ORIGINS = env.list("CORS_ORIGINS", [])
RATE_LIMITS = env.bool("RATE_LIMITS", True)
REDIS_URL = env.str("REDIS_URL", "")
# How many reverse proxies append to X-Forwarded-For; 0 = the peer's address counts.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
# TLS ends at a proxy in front of the desk; cookies and links rely on it
HTTPS = env.bool("HTTPS", not DEBUG)
# One thread runs Python at a time; the others wait for the database or the disk
WORKER_THREADS = env.int("WORKER_THREADS", 8)
# Processes of `manage.py serve` on one port
WORKERS = env.int("WORKERS", 1)
SHOP_NAME = env.str("SHOP_NAME", "Village Pantry")
# Where customers find the chat: the link in letters
PUBLIC_URL = env.str("PUBLIC_URL", f"http://127.0.0.1:{PORT}/")
# What the desk does by itself, see docs/operations.md; 0 is never
BACKGROUND_WORK = env.bool("BACKGROUND_WORK", True)
AUTO_CLOSE_DAYS = env.int("AUTO_CLOSE_DAYS", 7)
UNREAD_MAIL_MINUTES = env.int("UNREAD_MAIL_MINUTES", 10)
RETENTION_DAYS = env.int("RETENTION_DAYS", 0)
AUDIT_DAYS = env.int("AUDIT_DAYS", 730)
# Opens /metrics to others than this machine. Empty: to nobody else.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# An OpenAI-compatible endpoint that words Villy's answers, see docs/villy.md. Empty: none.
LLM_BASE_URL = env.str("LLM_BASE_URL", "")
LLM_MODEL = env.str("LLM_MODEL", "")
LLM_API_KEY = env.str("LLM_API_KEY", "")
# Takes POST {"to", "text"}: for the order codes of customers without an e-mail. Empty: they get none.
SMS_URL = env.str("SMS_URL", "")

# --- Django ------------------------------------------------------------------
INSTALLED_APPS = [
    "tickets",
    "chatbot",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "supportdesk.logs.RequestLog",
    "supportdesk.middleware.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "supportdesk.outages.Calm",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "supportdesk.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tickets.audit.trail",
]

# The check looks for Django's own SecurityMiddleware by name; ours is that one, with an exception
SILENCED_SYSTEM_CHECKS = ["security.W001"]

ROOT_URLCONF = "supportdesk.urls"
ASGI_APPLICATION = "supportdesk.asgi.application"
AUTH_USER_MODEL = "tickets.Person"
AUTHENTICATION_BACKENDS = ["tickets.backends.PasswordBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

_database = database_from_url(env.str("DATABASE_URL", "sqlite:"), DATA_DIR)
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
    CACHES = {"default": {"BACKEND": "supportdesk.caches.PatientRedisCache", "LOCATION": REDIS_URL}}

# Our pages are Jinja2 (half the cost of a Django template, measured in docs/performance.md);
# Django's own engine stays for the admin and the browsable API.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "supportdesk.jinja.environment",
            "context_processors": ["supportdesk.jinja.csrf"],
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

LANGUAGE_CODE = "en"
USE_I18N = True
TIME_ZONE = env.str("TIME_ZONE", "Asia/Kolkata")
USE_TZ = True

# --- Files -------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # No URL of its own: a picture is reached through tickets.views.files only.
        "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "supportdesk.static.ImmutableStatic"},
}
# Half the work at the first start: nobody asks for the names without a hash, or reads source maps
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    "map",
    "png",
    "jpg",
    "webp",
    "gif",
    "woff",
    "woff2",
    "zip",
    "gz",
    "br",
)
# Pictures in a bucket instead of DATA_DIR/media, still served through the desk's own access check
S3_BUCKET = env.str("S3_BUCKET", "")
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "supportdesk.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,
            "region_name": env.str("S3_REGION", "") or None,
            "access_key": env.str("S3_ACCESS_KEY", "") or None,
            "secret_key": env.str("S3_SECRET_KEY", "") or None,
        },
    }
UPLOAD_MAX_BYTES = 5 * 1024 * 1024
# One picture, its form fields and the multipart frame around them.
REQUEST_MAX_BYTES = UPLOAD_MAX_BYTES + 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Mail --------------------------------------------------------------------
# Without a mail server mails are files in DATA_DIR/mail
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", EMAIL_PORT == 587)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", EMAIL_PORT == 465)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", "Support <support@localhost>")

# --- Sessions and headers ----------------------------------------------------
SESSION_ENGINE = "supportdesk.sessions"
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
# Beside the session, not in a cookie of their own
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
CSRF_FAILURE_VIEW = "supportdesk.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Calls, and the pictures that messages name
CORS_URLS_REGEX = r"^/(api|files)/"
CORS_ALLOW_HEADERS = [*default_headers, "last-event-id"]
CORS_EXPOSE_HEADERS = ["Retry-After"]

_NOBODY, _SELF = "'none'", "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [_NOBODY],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:", "blob:"],
        "media-src": [_SELF],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "frame-src": [_SELF],
        "manifest-src": [_SELF],
        "form-action": [_SELF],
        "base-uri": [_NOBODY],
        "frame-ancestors": [_NOBODY],
    }
}

# --- API ---------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tickets.api.tokens.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "tickets.api.parsers.JSONParser",
        "tickets.api.parsers.MultiPartParser",
        "tickets.api.parsers.FormParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tickets.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ALGORITHM": "HS256",
    "AUDIENCE": "supportdesk-api",
    "ISSUER": "supportdesk",
    "USER_ID_CLAIM": "sub",
    "AUTH_HEADER_TYPES": ("Bearer",),
    "CHECK_REVOKE_TOKEN": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "supportdesk",
    "DESCRIPTION": "Support desk for shops: Villy, tickets, live conversations.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "PREPROCESSING_HOOKS": ["tickets.api.schema.only_the_api"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tickets.api.schema.with_streams",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Status": "tickets.models.Status.choices",
        "Priority": "tickets.models.Priority.choices",
        "Category": "tickets.models.Category.choices",
        "Role": "tickets.models.Role.choices",
        "Sender": "tickets.models.Sender.choices",
        "ChatSender": ["customer", "ai"],
    },
}

# --- Logs --------------------------------------------------------------------
# `json` is one object a line, for machines; `line` is for the person in front of the terminal
LOG_FORMAT = env.str("LOG_FORMAT", "line" if DEBUG else "json", validate=OneOf(["line", "json"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "supportdesk.logs.LineFormatter"},
        "json": {"()": "supportdesk.logs.DiscreetFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # A wrong password or a stranger's 404 is not an incident.
        "django.request": {"level": "ERROR"},
        # At DEBUG it tells what is in the documents
        "pymongo": {"level": "INFO"},
        # A line a request is for machines
        **({} if LOG_FORMAT == "json" else {"supportdesk.requests": {"level": "WARNING"}}),
    },
}

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
