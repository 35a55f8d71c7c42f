"""Inbound webhooks of mail providers, converted to raw messages by django-anymail.

Mailgun signs its calls. Postmark does not: it sends HTTP basic authentication from the webhook's URL.
"""

import json
from collections.abc import Callable
from email.policy import SMTP
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from . import parsing

# The name in Postmark's address, before EMAIL_HOOK_KEY: https://desk:<key>@desk.example/hooks/email/postmark/inbound/
USER = "desk"


class NotSigned(Exception):
    """The call is not the provider's."""


class NotReadable(Exception):
    """The call is the provider's, but not in its documented form."""


class TooLarge(Exception):
    pass


# Where the standard library folds a long Hindi subject, the space between two words is lost
UNFOLDED = SMTP.clone(max_line_length=None)


def is_set_up(provider: str) -> bool:
    return bool(settings.MAILGUN_SIGNING_KEY if provider == "mailgun" else settings.EMAIL_HOOK_KEY)


def raw_emails(provider: str, request: HttpRequest) -> list[bytes]:
    """Return the raw e-mails of a provider's call. Raise NotSigned, NotReadable or TooLarge."""
    # Only a desk with such a provider needs the library
    from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailWebhookValidationFailure

    try:
        return [_raw(event.message) for event in READERS[provider](request)]
    except AnymailWebhookValidationFailure as reason:
        raise NotSigned from reason
    except RequestDataTooBig as reason:
        raise TooLarge from reason
    except (AnymailError, AnymailConfigurationError, *ANOTHER_FORM) as reason:
        raise NotReadable(f"{type(reason).__name__}: {reason}"[:300]) from reason


def _mailgun(request) -> list:
    from anymail.webhooks.mailgun import MailgunInboundWebhookView

    view = MailgunInboundWebhookView(webhook_signing_key=settings.MAILGUN_SIGNING_KEY)
    view.run_validators(request)
    return view.parse_events(request)


def _postmark(request) -> list:
    from anymail.webhooks.postmark import PostmarkInboundWebhookView

    view = PostmarkInboundWebhookView(webhook_secret=f"{USER}:{settings.EMAIL_HOOK_KEY}")
    view.run_validators(request)
    # Not request.body, which stops at DATA_UPLOAD_MAX_MEMORY_SIZE: the attachments are in it
    body = request.read(parsing.MAX_BYTES + 1)
    if len(body) > parsing.MAX_BYTES:
        raise TooLarge
    return [view.esp_to_anymail_event(json.loads(body))]


# anymail takes the documented form for granted
ANOTHER_FORM = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
READERS: dict[str, Callable[[Any], list]] = {"mailgun": _mailgun, "postmark": _postmark}


def _raw(message) -> bytes:
    """Return the message as a mail server would have sent it, with the address that it was delivered to."""
    delivered = message.envelope_recipient
    if delivered and delivered not in str(message.get("To", "")):
        # The reply token may stand there alone: in Bcc, or after a forward
        message["X-Original-To"] = delivered
    return message.as_bytes(policy=UNFOLDED)
