"""Parse a raw e-mail into its sender, recipients, text, HTML and attachments, within bounds."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from email.message import Message as Part

import lxml.html
import nh3
from imap_tools import MailMessage
from imap_tools.utils import decode_value
from lxml import etree

from tickets.interfaces.channel_interface import Unreadable
from tickets.privacy.plain_text import one_line

from . import bounded_message

MAX_BYTES = 25 * 1024 * 1024
MAX_HTML = 400_000
# Four times what is kept of an e-mail's text
MAX_WORDS = 400_000
MAX_CLEANED = 200_000
MAX_PICTURES = 10
MAX_DOCUMENTS = 20
PICTURES = {"image/jpeg", "image/jpg", "image/png", "image/webp", "image/gif"}
PICTURE_NAME = re.compile(r".+\.(?:jpe?g|png|webp|gif)", re.IGNORECASE)
# Logos and dots in signatures; a photo is larger
SMALLEST_INLINE = 3_000
MESSAGE_ID = re.compile(r"<([^<>\s]{3,240})>")
ADDRESS = re.compile(r"[^@\s<>\"(),;:\\\[\]]{1,64}@[^@\s<>\"(),;:\\\[\]]{1,255}")

BLOCKS = {
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
# Where clients put what they quote
QUOTES = (
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')]"
    " | //*[contains(@class, 'gmail_quote_container')] | //*[contains(@class, 'yahoo_quoted')]"
    " | //*[contains(@class, 'moz-cite-prefix')] | //blockquote[@type='cite'] | //*[@id='divRplyFwdMsg']"
    " | //*[@id='appendonsend'] | //*[@id='mail-editor-reference-message-container']"
)
GO_ON_TO_THE_END = {"divRplyFwdMsg", "appendonsend"}
UNSEEN = "//head | //style | //script | //title | //template | //*[contains(translate(@style, ' ', ''), 'display:none')]"


@dataclass
class Attached:
    name: str
    data: bytes


@dataclass
class ParsedEmail:
    """A decoded e-mail. Addresses in lower case; `references` newest last."""

    message_id: str
    sender: str
    sender_name: str
    recipients: list[str]
    subject: str
    text: str
    html: str
    references: list[str]
    headers: dict[str, str]
    pictures: list[Attached] = field(default_factory=list)
    # What was attached and is no picture; the desk decides by its bytes whether it takes it
    documents: list[Attached] = field(default_factory=list)
    # The names of those beyond the bounds above
    left_out: list[str] = field(default_factory=list)
    root: Part | None = None


def parse(raw: bytes) -> ParsedEmail:
    """Return the parsed e-mail. Raise Unreadable for what is none, and for one above MAX_BYTES."""
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"This e-mail is larger than {MAX_BYTES // 1024 // 1024} MB.")
    if not raw.strip():
        raise Unreadable("The body is empty.")
    try:
        return _parsed(raw)
    except Unreadable:
        raise
    except Exception as reason:
        # The standard library raises nearly everything on broken input (RecursionError, LookupError, ...)
        raise Unreadable(f"This is no e-mail that we can read ({type(reason).__name__}).") from reason


def key_of(raw: bytes) -> str:
    """Return the key that identifies an e-mail: its Message-ID, else a digest of its bytes."""
    head = raw[:65_536].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = re.search(rb"^message-id:\s*<([^<>\s\x00-\x1f]{3,240})>", head, re.IGNORECASE | re.MULTILINE)
    return found[1].decode("ascii", "replace") if found else f"sha256-{hashlib.sha256(raw).hexdigest()}"


def _parsed(raw: bytes) -> ParsedEmail:
    # Empty, then given the message that was parsed with bounds: the library's own parsing has none
    mail = MailMessage.from_bytes(b"")
    mail.obj = root = bounded_message.parse(raw)
    sender = mail.from_values
    address = (sender.email if sender else "").strip().lower()
    if not ADDRESS.fullmatch(address) or len(address) > 254:
        raise Unreadable("The e-mail does not say who wrote it.")
    own = list(_own_parts(root))
    html = _said(own, "text/html")[:MAX_HTML]
    text = _unflowed(own, _said(own, "text/plain")[:MAX_WORDS])
    email = ParsedEmail(
        message_id=key_of(raw),
        sender=address,
        sender_name=_line(sender.name)[:120],
        recipients=_recipients(root),
        subject=_line(mail.subject)[:250],
        text=_storable(text if text.strip() else text_of(html)),
        html=_storable(html),
        references=_references(root),
        headers={name.lower(): _line(str(value)[:5000])[:1000] for name, value in reversed(root.items())},
        root=root,
    )
    _attach(email, mail)
    return email


def _own_parts(part: Part):
    """Yield the text parts of the e-mail itself, not those of e-mails that are attached to it."""
    if part.get_content_maintype() == "message":
        return
    if part.is_multipart():
        for inner in part.get_payload():
            if isinstance(inner, Part):
                yield from _own_parts(inner)
    elif not part.get_filename():
        yield part


def _said(parts: list[Part], kind: str) -> str:
    """The text of all parts of this type. imap-tools reads on where the charset is unknown; the standard library raises."""
    found = (part for part in parts if part.get_content_type() == kind)
    return "\n".join(decode_value(_bytes_of(part), part.get_content_charset()) for part in found)


def _bytes_of(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attach(email: ParsedEmail, mail: MailMessage) -> None:
    for attachment in mail.attachments:
        data = attachment.payload
        name = _line(attachment.filename or "picture")[:120]
        # Some programs name no type but "bytes"
        is_picture = attachment.content_type in PICTURES or (
            attachment.content_type == "application/octet-stream" and PICTURE_NAME.fullmatch(name)
        )
        if not is_picture:
            # Some programs call a document that is shown below the words "inline"
            if not attachment.filename:
                continue
            if len(email.documents) < MAX_DOCUMENTS:
                email.documents.append(Attached(name, data))
            else:
                email.left_out.append(name)
            continue
        is_decoration = attachment.content_id and len(data) < SMALLEST_INLINE
        if is_decoration and attachment.content_disposition != "attachment":
            continue
        if len(email.pictures) < MAX_PICTURES:
            email.pictures.append(Attached(name, data))
        else:
            email.left_out.append(name)


def _recipients(root: Part) -> list[str]:
    found = []
    for name in ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"):
        for value in root.get_all(name, []):
            found += [address.lower() for address in ADDRESS.findall(str(value)[:5000])]
    return list(dict.fromkeys(found))


def _references(root: Part) -> list[str]:
    said = [*root.get_all("references", []), *root.get_all("in-reply-to", [])]
    found = [id for value in said for id in MESSAGE_ID.findall(str(value)[:20_000])]
    return list(dict.fromkeys(found))[-50:]


def _unflowed(parts: list[Part], text: str) -> str:
    """Join the lines that `format=flowed` has broken (RFC 3676)."""
    plain = next((part for part in parts if part.get_content_type() == "text/plain"), None)
    if plain is None or str(plain.get_param("format", "")).lower() != "flowed":
        return text
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        goes_on = lines and lines[-1].endswith(" ") and lines[-1] != "-- "
        if goes_on and lines[-1].startswith(">") == line.startswith(">"):
            lines[-1] += line.lstrip("> ") if line.startswith(">") else line
        else:
            lines.append(line)
    return "\n".join(lines)


# --- HTML --------------------------------------------------------------------


def text_of(html: str) -> str:
    """Return the text of an HTML e-mail without its quotes; with them if it has nothing else."""
    if not html.strip():
        return ""
    try:
        tree = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    for element in tree.xpath(UNSEEN):
        _drop(element)
    whole = _words(tree)
    for element in tree.xpath(QUOTES):
        if element.get("id") in GO_ON_TO_THE_END:
            for after in list(element.itersiblings()):
                _drop(after)
        _drop(element)
    return _words(tree) or whole


def _drop(element) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _words(tree) -> str:
    pieces = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if not isinstance(element.tag, str):
            if event == "end":
                pieces.append(element.tail or "")
            continue
        if element.tag in BLOCKS:
            pieces.append("\n")
        if event == "start":
            pieces.append(re.sub(r"\s+", " ", element.text or ""))
        else:
            pieces.append(re.sub(r"\s+", " ", element.tail or ""))
    text = re.sub(r"[ \t\u00a0]+", " ", "".join(pieces))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", text)).strip()


def cleaned(html: str) -> str:
    """Return sanitised HTML to show to an agent: no scripts, forms, styles or remote images."""
    html = html[:MAX_HTML]
    # nh3 keeps what a head says in words, and hidden lines; deep nesting takes it seconds
    try:
        tree = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    for element in tree.xpath(UNSEEN):
        _drop(element)
    body = lxml.html.tostring(tree, encoding="unicode")[:MAX_CLEANED]
    return nh3.clean(
        body,
        tags=nh3.ALLOWED_TAGS - {"img", "map", "area"},
        attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


# --- Text --------------------------------------------------------------------


def _line(text: str) -> str:
    """Return the text as one line, without characters that no database stores and no screen shows."""
    return one_line(_storable(text or ""))


def _storable(text: str) -> str:
    """Return the text without NUL, surrogates and invisible control characters."""
    text = text.encode("utf-8", "replace").decode()
    return "".join(
        char for char in text if char in "\n\t\r" or unicodedata.category(char) not in ("Cc", "Cs")
    )
