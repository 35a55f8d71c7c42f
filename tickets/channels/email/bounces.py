"""Blocked addresses: their e-mails bounce, or their owner has unsubscribed."""

from ...models import AddressBlock, ChannelName, Outgoing
from .. import outbox
from .parsing import ParsedEmail
from .sorting import bounce_of

# The kinds that unsubscribing stops; an agent's reply by e-mail is not among them
NOTICES = {"unread", "resolved"}


def record_bounce(email: ParsedEmail) -> str:
    """Record a bounce of one of our e-mails; return what was done, for the row of the inbox.

    Bounce reports can be forged: only one about an e-mail that we sent to that very address counts.
    """
    bounce = bounce_of(email)
    rows = Outgoing.objects.filter(channel=ChannelName.EMAIL, external_id__in=bounce.message_ids)
    row = rows.order_by("-id").first() if bounce.message_ids else None
    if row is None or (bounce.address and bounce.address != row.address.lower()):
        return "A report about an e-mail that is not ours."
    if not bounce.is_final:
        return "A report of a delay."
    block(row.address, AddressBlock.Reason.BOUNCE, bounce.reason)
    outbox.fail(row, f"E-mails to {row.address} come back: {bounce.reason}")
    return "A report that an e-mail did not arrive."


def block(address: str, reason: str, detail: str = "") -> None:
    AddressBlock.objects.update_or_create(
        channel=ChannelName.EMAIL,
        address=address.lower(),
        defaults={"reason": reason, "detail": detail[:250]},
    )


def why_not(address: str, kind: str) -> str:
    """Return why this address gets no e-mail of this kind; empty if it gets one."""
    found = AddressBlock.objects.filter(channel=ChannelName.EMAIL, address=address.lower()).first()
    if not found:
        return ""
    if found.reason == AddressBlock.Reason.BOUNCE:
        return f"E-mails to {address} come back: {found.detail}"
    return f"{address} asked for no more e-mails of this kind." if kind in NOTICES else ""


def opt_out(address: str) -> None:
    """Unsubscribe the address from notices; one that bounces stays blocked."""
    if not AddressBlock.objects.filter(channel=ChannelName.EMAIL, address=address.lower()).exists():
        block(address, AddressBlock.Reason.OPT_OUT)
