"""What an operator wants to know of attacks: logged with the address and the request's id, and counted.

Never with what was sent: no password, no token, no e-mail address.
"""

import logging

from supportdesk.http.client_address import address_of

from . import metrics

logger = logging.getLogger("supportdesk.security")

SIGN_IN_FAILED = "sign-in-failed"
RATE_LIMITED = "rate-limited"
REUSED = "token-reused"
IDENTITY_REFUSED = "identity-refused"
WORDS = {
    SIGN_IN_FAILED: "a sign-in failed",
    RATE_LIMITED: "a request was refused by a rate limit",
    REUSED: "a refresh token was used a second time, its family is revoked",
    IDENTITY_REFUSED: "an identity of the shop was refused",
}


def record(kind: str, request=None, *, address: str = "", detail: str = "") -> None:
    """Log and count one event; `detail` is a word of ours (a scope, a reason), never of the caller's."""
    if request is not None:
        address = address_of(request)
    metrics.SECURITY.labels(kind).inc()
    said = f"{WORDS[kind]} ({detail})" if detail else WORDS[kind]
    logger.warning(
        "%s, from %s", said, address or "an unknown address", extra={"address": address, "event": kind}
    )
