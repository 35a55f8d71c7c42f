"""The addresses that the desk writes from and is answered at."""

from email.utils import parseaddr

from django.conf import settings


def own() -> str:
    """The bare address of MAIL_FROM, in lower case."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()


def answers_to() -> str:
    """The bare address that answers go to: EMAIL_REPLY_TO, else MAIL_FROM."""
    return settings.EMAIL_REPLY_TO or own()


def own_addresses() -> set[str]:
    return {own(), answers_to()}


def domain() -> str:
    return own().rpartition("@")[2] or "localhost"


def with_token(token: str) -> str:
    """The reply address with a token behind a plus, as nearly all mail servers deliver it (RFC 5233)."""
    local, _, host = answers_to().rpartition("@")
    return f"{local}+{token}@{host}"


def token_in(recipients: list[str]) -> str:
    """Return the reply token among the addresses that an e-mail went to; empty if none has one."""
    local, _, host = answers_to().rpartition("@")
    for address in recipients:
        name, _, where = address.rpartition("@")
        before, plus, token = name.partition("+")
        if plus and before == local and where == host and token:
            return token
    return ""
