"""Compose outbound e-mails: text and HTML, threading headers, and the reply token that answers carry."""

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import formatdate, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string

from supportdesk import languages
from tickets.models.settings import AgentPreferences
from tickets.settings.in_force import CurrentSettings, current
from tickets.workflow import wording

from ...models import ChannelName, ConversationLink, Incoming, Message, Outgoing, Sender, Ticket
from .. import links
from . import addresses
from .sorting import OWN_HEADER

MOST_REFERENCES = 8
STARS = (1, 2, 3, 4, 5)
# Of a transcript; a conversation has some tens
MOST_LINES = 500


@dataclass
class Said:
    """A message of the conversation as the e-mail shows it."""

    who: str
    text: str
    sender: str
    at: object
    has_picture: bool = False
    has_files: bool = False

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.who.split()[:2]).upper() or "?"


@dataclass
class Content:
    subject: str
    heading: str
    messages: list[Said]
    notice: bool = False
    stars: bool = False
    button: str = ""
    footer: str = ""
    extra: dict = field(default_factory=dict)


def compose(row: Outgoing, ticket: Ticket, messages: list[Message]) -> EmailMultiAlternatives:
    """Return the e-mail of an outbox row. Its Message-ID is made of the row's id, so a retry is the same e-mail."""
    link = _link(row, ticket)
    shop = current()
    language = shop.language(ticket.language)
    with languages.speaking(language):
        return _composed(row, ticket, messages, link, shop, language)


def _composed(
    row: Outgoing,
    ticket: Ticket,
    messages: list[Message],
    link: ConversationLink,
    shop: CurrentSettings,
    language: str,
) -> EmailMultiAlternatives:
    content = _content(row, ticket, messages)
    page = links.url(link)
    words = {"{name}": ticket.requester_name, "{shop}": shop.shop_name}
    context = {
        "greeting": _filled(shop.email_text("greeting", language), words),
        "signature": "\n".join(
            filter(
                None,
                [_own_signature(row, messages), _filled(shop.email_text("signature", language), words)],
            )
        ),
        "content": content,
        "ticket": ticket,
        "page": page,
        "stars": [(star, links.url(link, stars=star)) for star in STARS] if content.stars else [],
        "stop": f"{page}letters" if content.notice else "",
        "whatsapp": links.whatsapp_url(link),
        "shop": shop.shop_name,
        "language": languages.tag(language),
    }
    email = EmailMultiAlternatives(
        subject=" ".join(content.subject.split())[:200],
        body=render_to_string("mail/conversation.txt", context),
        from_email=_from(row, messages),
        to=[row.address],
        reply_to=[addresses.with_token(links.reply_token(link))],
        headers=_headers(row, ticket, content, page),
    )
    email.attach_alternative(render_to_string("mail/conversation.html", context), "text/html")
    return email


def compose_code(row: Outgoing) -> EmailMessage:
    """Return the e-mail with the code that proves an address."""
    return EmailMessage(
        subject=wording.code_subject(current().shop_name),
        body=wording.code_text(row.payload["code"], current().shop_name),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[row.address],
        headers={"Message-ID": f"<{message_id(row)}>", "Auto-Submitted": "auto-generated"},
    )


def _filled(text: str, words: dict[str, str]) -> str:
    """Put the customer's and the shop's name into a text of the settings."""
    for gap, word in words.items():
        text = text.replace(gap, word)
    return text


def _own_signature(row: Outgoing, messages: list[Message]) -> str:
    """Return the signature of the agent whose reply this is."""
    author = messages[-1].author_id if row.kind == "reply" and messages else None
    chosen = author and AgentPreferences.objects.filter(pk=author).first()
    return chosen.signature.strip() if chosen else ""


def message_id(row: Outgoing) -> str:
    return f"{row.pk.hex}@{addresses.domain()}"


def _link(row: Outgoing, ticket: Ticket) -> ConversationLink:
    """Return the link of this e-mail; the same one when the e-mail is sent again."""
    id = row.payload.get("link")
    if id and (found := ConversationLink.objects.filter(pk=id).first()):
        return found
    link = links.create(ticket, row.address)
    row.payload = row.payload | {"link": str(link.pk)}
    Outgoing.objects.filter(pk=row.pk).update(payload=row.payload)
    return link


def _from(row: Outgoing, messages: list[Message]) -> str:
    """The agent's name with the shop's before the desk's address."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    agent = next((each.sender_name for each in reversed(messages) if each.sender == Sender.AGENT), "")
    shop = current().shop_name
    shown = f"{agent} ({shop})" if agent and row.kind == "reply" else name or shop
    local, _, domain = address.rpartition("@")
    return str(Address(" ".join(shown.split())[:100], local, domain))


def _headers(row: Outgoing, ticket: Ticket, content: Content, page: str) -> dict[str, str]:
    head = {
        "Message-ID": f"<{message_id(row)}>",
        "Date": formatdate(row.created_at.timestamp()),
        OWN_HEADER.title(): ticket.pk.hex,
    }
    thread = _thread(row, ticket)
    if thread:
        head["In-Reply-To"] = f"<{thread[-1]}>"
        head["References"] = " ".join(f"<{id}>" for id in thread)
    if content.notice:
        head["Auto-Submitted"] = "auto-generated"
        head["X-Auto-Response-Suppress"] = "All"
        head["List-Unsubscribe"] = f"<{page}letters>"
        head["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return head


def _thread(row: Outgoing, ticket: Ticket) -> list[str]:
    """The Message-IDs of the conversation so far, oldest first, the newest of the customer's last."""
    theirs = Incoming.objects.filter(ticket=ticket, channel=ChannelName.EMAIL).exclude(
        key__startswith="sha256-"
    )
    ours = Outgoing.objects.filter(ticket=ticket, channel=ChannelName.EMAIL, pk__lt=row.pk).exclude(
        external_id=""
    )
    received = list(theirs.order_by("-id").values_list("key", flat=True)[:MOST_REFERENCES])
    sent = list(ours.order_by("-id").values_list("external_id", flat=True)[:MOST_REFERENCES])
    return (sent[::-1] + received[::-1])[-MOST_REFERENCES * 2 :]


# --- What the kinds say ------------------------------------------------------


def _content(row: Outgoing, ticket: Ticket, messages: list[Message]) -> Content:
    said = [_said(message) for message in messages]
    if row.kind == "transcript":
        said = [*_with_villy(ticket), *said]
        return Content(
            subject=wording.transcript_subject(current().shop_name, ticket.number),
            heading=wording.transcript_heading(ticket.number),
            messages=said,
            button=wording.open_conversation(),
        )
    if row.kind == "link":
        # What was said last tells which conversation it is
        return Content(
            subject=wording.link_subject(ticket.number),
            heading=wording.link_heading(ticket.number),
            messages=said[-1:],
            button=wording.open_conversation(),
        )
    if row.kind == "resolved":
        return Content(
            subject=_answer_subject(ticket)
            if ticket.channel == ChannelName.EMAIL
            else wording.resolved_subject(ticket.number),
            heading=wording.resolved_heading(),
            messages=said,
            notice=ticket.reply_by != ChannelName.EMAIL,
            stars=True,
            button=wording.open_conversation(),
        )
    if row.kind == "unread":
        name = " ".join(messages[-1].sender_name.split()) or current().shop_name
        return Content(
            subject=wording.unread_subject(name, ticket.number),
            heading=wording.unread_heading(ticket.requester_name, ticket.number),
            messages=said,
            notice=True,
            stars=row.payload.get("stars", False),
            button=wording.answer_here(),
        )
    return Content(
        subject=_answer_subject(ticket), heading="", messages=said, button=wording.open_conversation()
    )


def _with_villy(ticket: Ticket) -> list[Said]:
    """The chat with Villy from before the ticket."""
    lines = ticket.handover.get("transcript", [])
    return [
        Said(
            "Villy" if line["sender"] == Sender.AI else ticket.requester_name,
            line["message"],
            line["sender"],
            None,
        )
        for line in lines
    ]


def _answer_subject(ticket: Ticket) -> str:
    subject = ticket.subject
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _said(message: Message) -> Said:
    shop = current().shop_name
    who = message.sender_name if message.sender != Sender.SYSTEM else shop
    return Said(
        who=who or ("Villy" if message.sender == Sender.AI else shop),
        text=message.text,
        sender=message.sender,
        at=message.created_at,
        has_picture=bool(message.picture),
        has_files=bool(message.file_count),
    )
