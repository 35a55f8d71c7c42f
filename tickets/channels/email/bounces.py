"""Addresses that get no letters any more: theirs came back, or their owner wants none."""

from ...models import AddressBlock, ChannelName, Outgoing
from .. import outbox
from .parsing import Letter
from .sorting import bounce_of

# Letters that a person can do without; what an agent writes by mail is not among them
NOTICES = {"unread", "resolved"}


def note(letter: Letter) -> str:
    """Take note of a letter of ours that came back; return what was done, for the record.

    Only a report about a letter that we sent to that very address counts: anybody can write a report.
    """
    bounce = bounce_of(letter)
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
    """Return why this address gets no letter of this kind; empty if it does."""
    found = AddressBlock.objects.filter(channel=ChannelName.EMAIL, address=address.lower()).first()
    if not found:
        return ""
    if found.reason == AddressBlock.Reason.BOUNCE:
        return f"E-mails to {address} come back: {found.detail}"
    return f"{address} asked for no more e-mails of this kind." if kind in NOTICES else ""


def opt_out(address: str) -> None:
    """Its owner wants no more notices; an address that bounces stays as it is."""
    if not AddressBlock.objects.filter(channel=ChannelName.EMAIL, address=address.lower()).exists():
        block(address, AddressBlock.Reason.OPT_OUT)
