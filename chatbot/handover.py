"""From the chat with Villy to a ticket: the customer never has to say it twice."""

import uuid
from urllib.parse import urlsplit

from chatbot.dialogue.memory import AT_ONCE
from chatbot.dialogue.reading import subjects
from chatbot.dialogue.state import in_words
from supportdesk.db.compiled_queries import update
from supportdesk.db.transactions import atomic_with_retry, lock_rows
from tickets import sla, workflow
from tickets.models import Category, ChannelName, Order, Person, Priority, Ticket
from tickets.pictures.uploads import StoredPicture
from tickets.privacy.masking import masked

from . import chats
from .models import Chat, ChatMessage
from .nlu import classifier
from .nlu.cues import trigger_phrases
from .sources import orders

TRANSCRIPT_LINES = 200
SUMMARY_LINES = 3
SUMMARY_LENGTH = 400
LONGEST_PAGE = 500


@atomic_with_retry
def open_ticket(
    person: Person,
    text: str = "",
    *,
    category: str = "",
    priority: str = "",
    order: Order | None = None,
    picture: StoredPicture | None = None,
    client_id: str | None = None,
    channel: str = ChannelName.WIDGET,
    page: str = "",
) -> Ticket:
    """Open a ticket for the person; their chat with Villy goes along and is over with it.

    What is not said is taken from what Villy understood: the words, the category,
    the priority, the order. The same `client_id` returns the ticket it opened before.
    `page` is the address of the shop's page with the chat.
    """
    chat = chats.current_chat(person)
    once = _hand_over_id(person, chat, text)
    there = None if text or chat else chats.current_ticket(person)
    if there and not there.is_over:
        # Pressed twice: the first one has opened it since the page looked, and before we did
        return there
    if chat and not _is_ours(chat):
        # The button was pressed twice at once, or the customer wrote elsewhere meanwhile
        if not text:
            return Ticket.objects.get(chats=chat)
        chat, once = None, _hand_over_id(person, None, text)
    lines = list(chat.messages.order_by("-seq")[:TRANSCRIPT_LINES])[::-1] if chat else []
    issue = (chat.memory.get("issue") if chat else None) or {}
    words = text or issue.get("words") or _telling_words(lines)
    understood = classifier.classify(words)
    category = category or issue.get("category") or understood["category"]
    ticket = workflow.open_ticket(
        person,
        words,
        category=category,
        priority=priority or priority_of(words, category, understood, issue),
        order=order or orders.about(chat, person, words, category),
        picture=picture,
        client_id=client_id,
        once=once,
        language=chat.language if chat else classifier.language_of(words),
        handover=_packet(chat, lines, issue, quoted=not text) | written_from(page),
        channel=channel,
    )
    if chat:
        update(Chat, {"pk": chat.pk, "ticket": None}, {"ticket": ticket.pk})
    return ticket


def open_after_a_fault(chat: Chat, question: ChatMessage) -> Ticket:
    """Open a ticket with the chat as it stands, without asking Villy anything: he has just failed."""
    lines = list(chat.messages.order_by("-seq")[:TRANSCRIPT_LINES])[::-1]
    issue = chat.memory.get("issue") or {}
    ticket = workflow.open_ticket(
        chat.person,
        question.text,
        category=issue.get("category") or Category.OTHER,
        priority=issue.get("priority") or Priority.MEDIUM,
        once=_hand_over_id(chat.person, chat, ""),
        language=chat.language,
        handover={
            "transcript": [_as_told(line) for line in lines],
            "quoted": True,
            "why": "fault",
            "intent": issue.get("intent", ""),
            "words": issue.get("words", ""),
            "summary": question.text[:SUMMARY_LENGTH],
            "language": chat.language,
            "articles": [],
            "state": [],
        },
    )
    Chat.objects.filter(pk=chat.pk, ticket=None).update(ticket=ticket)
    return ticket


def _is_ours(chat: Chat) -> bool:
    """Hold the chat until the ticket is written, and say whether it is still with Villy.

    His next answer waits for us, and then finds that the chat is taken: see `chats._answer`.
    """
    return lock_rows(Chat.objects.filter(pk=chat.pk, ticket=None))


def _hand_over_id(person: Person, chat: Chat | None, text: str) -> str:
    """One chat makes one ticket, however often the button is pressed; without a chat, one after the last."""
    if chat:
        return f"chat-{chat.pk}"
    if text:
        return f"none-{uuid.uuid4()}"
    last = Ticket.objects.filter(requester=person).order_by("-created_at").values_list("pk", flat=True)
    return f"after-{last.first()}"


def _packet(chat: Chat | None, lines: list[ChatMessage], issue: dict, *, quoted: bool) -> dict:
    """Return the hand-over packet for the agent. `quoted`: the first message repeats the transcript."""
    if not chat or not lines:
        return {}
    return {
        "transcript": [_as_told(line) for line in lines],
        "quoted": quoted,
        "why": issue.get("why", ""),
        "intent": issue.get("intent", ""),
        "words": issue.get("words", ""),
        "summary": _summary(lines),
        "language": chat.language,
        "articles": _articles(lines),
        # What Villy kept of the conversation: what it is about, corrections, details, see dialogue.state
        "state": in_words(chat.memory),
        # Items and amount, computed from the order: {order, items, amount, currency}; null for none
        "claim": issue.get("claim"),
        # Names of the items of which a photo helps: of what is missing there is none
        "photos": _photographed(issue),
    }


SHOWS_IN_A_PHOTO = {"damaged", "wrong item", "unfit"}


def _photographed(issue: dict) -> list[str]:
    items = (issue.get("claim") or {}).get("items", [])
    return [each["name"] for each in items] if subjects.of_the_issue(issue) in SHOWS_IN_A_PHOTO else []


def written_from(page: str) -> dict:
    """The page of the shop, without what its query may hold; nothing for what is no address on the web."""
    try:
        parts = urlsplit(page[:LONGEST_PAGE])
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return {}
    if parts.scheme not in ("http", "https") or not parts.hostname or not page.isprintable():
        return {}
    return {"page": masked(f"{parts.scheme}://{parts.hostname}{port}{parts.path}")}


def _as_told(line: ChatMessage) -> dict:
    return {
        "sender": line.sender,
        "message": line.text,
        "timestamp": line.created_at.isoformat(),
        **_cards(line),
    }


def _summary(lines: list[ChatMessage]) -> str:
    """The customer's own sentences that say most: the issues among them, else the longest."""
    said = list(dict.fromkeys(line.text.strip() for line in lines if line.sender == "customer"))
    understood = {text: classifier.classify(text) for text in said}
    issues = [text for text in said if understood[text]["is_issue"]]
    # "Connect me to a person" says nothing that the ticket does not say by itself
    telling = [text for text in issues if understood[text]["intent"] != "talk_to_human"]
    chosen = sorted(telling or issues or said, key=len, reverse=True)[:SUMMARY_LINES]
    return " · ".join(text for text in said if text in chosen)[:SUMMARY_LENGTH]


def _articles(lines: list[ChatMessage]) -> list[dict]:
    """Return the articles that Villy showed, once each, with the feedback: [{"title", "helped"}]."""
    shown: dict[str, bool | None] = {}
    for line in lines:
        for source in line.reply.get("sources", []):
            if source["type"] == "article":
                said_before = shown.get(source["title"])
                shown[source["title"]] = said_before if line.helped is None else line.helped
    return [{"title": title, "helped": helped} for title, helped in shown.items()]


def _cards(line: ChatMessage) -> dict:
    return {key: line.reply[key] for key in ("products", "order", "sources") if line.reply.get(key)}


def priority_of(words: str, category: str, understood: dict, issue: dict) -> str:
    """The category's floor; what was said now or before may only raise it."""
    if trigger_phrases.reason(words) in AT_ONCE:
        return Priority.URGENT
    floor = issue.get("priority") or sla.DEFAULT_PRIORITY[category]
    return max(floor, understood["priority"], key=list(Priority.values).index)


def _telling_words(lines: list[ChatMessage]) -> str:
    """Return the customer's last message that is more than a yes, a number or a code."""
    said = [line.text for line in lines if line.sender == "customer"]
    telling = [text for text in said if len(text.split()) > 2]
    return (telling or said or ["I would like to talk to a person."])[-1]
