"""Errors to Sentry, as an option (SENTRY_DSN), without what people wrote or who they are.

What leaves: the exception's type and the lines of our code, the route's method, the release.
What stays: local variables, bodies, query strings, cookies, headers, addresses, breadcrumbs,
and the words of exceptions that may quote what a client sent.
"""

import supportdesk

from .logs import SECRETS, TELLING

KEPT = (
    "event_id",
    "timestamp",
    "level",
    "platform",
    "release",
    "environment",
    "transaction",
    "fingerprint",
)


def start(dsn: str) -> None:
    """Send errors of this process to Sentry from now on."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        release=supportdesk.__version__,
        send_default_pii=False,
        # Customers' texts are in local variables and bodies
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        server_name="",
        before_send=scrubbed,
    )


def scrubbed(event: dict, hint: dict) -> dict:
    """Return a new event that holds nothing but what is named here."""
    clean = {key: event[key] for key in KEPT if key in event}
    if method := (event.get("request") or {}).get("method"):
        clean["request"] = {"method": method}
    values = (event.get("exception") or {}).get("values") or []
    if values:
        clean["exception"] = {"values": [_exception(value) for value in values]}
    if template := (event.get("logentry") or {}).get("message"):
        # The template; its parameters may be anything
        clean["logentry"] = {"message": _without_secrets(template)}
    clean["logger"] = event.get("logger", "")
    return clean


def _exception(value: dict) -> dict:
    frames = [
        {key: frame.get(key) for key in ("filename", "module", "function", "lineno", "in_app")}
        for frame in (value.get("stacktrace") or {}).get("frames") or []
    ]
    telling = value.get("type") in {kind.__name__ for kind in TELLING}
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": _without_secrets(value.get("value") or "") if telling else "",
        "stacktrace": {"frames": frames},
    }


def _without_secrets(text: str) -> str:
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text
