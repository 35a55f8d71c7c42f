"""Settings that no variable of the environment changes: apps, middleware, sign-in, API, headers.

`settings` takes all of them; what depends on the environment stands there.
"""

from corsheaders.defaults import default_headers

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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "supportdesk.observability.logs.RequestLog",
    "supportdesk.http.middleware.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "supportdesk.http.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "supportdesk.http.outages.DatabaseUnavailableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "supportdesk.http.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tickets.accounts.sessions.agent_sessions",
    "tickets.privacy.audit.audit_middleware",
]

# The check looks for Django's own SecurityMiddleware by name; ours is that one, with an exception
SILENCED_SYSTEM_CHECKS = ["security.W001"]

ROOT_URLCONF = "supportdesk.urls"
ASGI_APPLICATION = "supportdesk.asgi.application"
AUTH_USER_MODEL = "tickets.Person"
AUTHENTICATION_BACKENDS = ["tickets.accounts.backends.PasswordBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "en"
USE_I18N = True
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]
USE_TZ = True

# --- Sign-in of agents: our pages and limits, allauth's second factor, see tickets/accounts ---
ACCOUNT_ADAPTER = "tickets.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Not `email`: guests type that themselves
ACCOUNT_USER_MODEL_EMAIL_FIELD = "login_email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Ours count for all processes together, see tickets/rate_limits.py
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
MFA_ADAPTER = "tickets.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "tickets.accounts.second_factor.CodeForm",
    "reauthenticate": "tickets.accounts.second_factor.CodeAgainForm",
    "add_webauthn": "tickets.accounts.passkeys.AddPasskeyForm",
    "authenticate_webauthn": "tickets.accounts.passkeys.PasskeyForm",
    "reauthenticate_webauthn": "tickets.accounts.passkeys.PasskeyAgainForm",
}
MFA_TOTP_TOLERANCE = 1
# Addresses of agents are given by staff: there is no sign-up that could take another's
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
SOCIALACCOUNT_ADAPTER = "tickets.accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True

# --- Static files --------------------------------------------------------------
# Half the work at the first start: names without a hash and source maps are not used
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

# --- Uploads -------------------------------------------------------------------
# Pictures and attachments are the customers': for the desk's own user only
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
UPLOAD_MAX_BYTES = 5 * 1024 * 1024
# One picture, its form fields and the multipart frame around them.
REQUEST_MAX_BYTES = UPLOAD_MAX_BYTES + 256 * 1024
# Files beside a message: each, and all of one request with its picture. Only a form for these paths is so large
FILE_MAX_BYTES = 20 * 1024 * 1024
FILES_MAX_BYTES = 40 * 1024 * 1024
FORM_MAX_BYTES_AT = {
    r"/api/support/(?!admin/)[^/]+/message/?|/api/support/admin/[^/]+/reply/?|/support/[^/]+/reply|/widget/messages|/c/[^/]+/?": FILES_MAX_BYTES
    + 256 * 1024
}
# E-mails carry full-size photos, a third larger in base64
REQUEST_MAX_BYTES_BELOW = {"/hooks/email/": 25 * 1024 * 1024}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A picture is read whole to be cleaned: only larger files go through the folder for temporary files
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "supportdesk.http.uploads.TemporaryFileUploadHandler",
]

# --- Sessions and headers ----------------------------------------------------
# Beside the session, not in a cookie of their own
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "supportdesk.http.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Calls, and the pictures that messages name
CORS_URLS_REGEX = r"^/(api|files)/"
CORS_ALLOW_HEADERS = [*default_headers, "last-event-id"]
CORS_EXPOSE_HEADERS = ["Retry-After"]


# --- API ---------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tickets.accounts.tokens.BearerAuthentication"],
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
        "tickets.api.schema_bodies.with_bodies",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Status": "tickets.models.Status.choices",
        "OrderStatus": "tickets.models.OrderStatus.choices",
        "Priority": "tickets.models.Priority.choices",
        "Category": "tickets.models.Category.choices",
        "Role": "tickets.models.Role.choices",
        "Sender": "tickets.models.Sender.choices",
        "Channel": "tickets.models.ChannelName.choices",
        "Availability": "tickets.team.availability.Name.choices",
        "AddressChannel": ["email", "whatsapp"],
        "ChatSender": ["customer", "ai"],
    },
}
