"""A desk of any size, row by row: the same rows for the same number, on every machine.

What customers say are the lines of Villy's corpus, one to eight of them; names, agents' answers
and the life of a ticket are made up here. Pure: rows are tuples in the order of COLUMNS, which
every SQL database takes as they are (ids as hex, times as UTC text).
"""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache

from chatbot.nlu import corpus
from tickets import search, sla
from tickets.clocks import lanes
from tickets.models import Ticket
from tickets.search import words
from tickets.workflow import wording

from .tables import Batch
from .texts import AGENTS, ANSWERS, CITIES, FIRST, LAST, NOTES

BATCH = 1000
SPAN = timedelta(days=730)
# The tickets on top of the list come at this pace on a desk of any size, so that all first pages are alike
LATELY, PACE = 200, timedelta(minutes=3)
MESSAGES = 10
# One ticket with 500 messages and one with 5,000, among the newest
LONG = {500: 60, 5000: 90}
# Theirs come after those of the demo shop
ACTIVITIES_OF, FIRST_POSITION = 500, 100_000

INTENT_OF = {
    "product-issue": "item_problem", "delivery": "delivery_delay", "payment": "payment_problem",
    "refund": "refund_return", "order": "order_status", "account": "account_problem",
    "feedback": "feedback", "other": "complaint",
}  # fmt: skip
CATEGORIES = list(INTENT_OF)
CATEGORY_WEIGHTS = (22, 30, 12, 14, 10, 4, 3, 5)


class Desk:
    """A desk with `size` tickets whose newest is of `now`."""

    def __init__(self, size: int, now: datetime):
        self.size, self.now = size, now
        self.agents = [(_id(random.Random(f"agent {place}")), name) for place, name in enumerate(AGENTS)]
        self.customers = max(50, size // 3)

    def people(self) -> Batch:
        """The agents; customers come with the batches."""
        batch = Batch()
        for place, (id, name) in enumerate(self.agents):
            mail = f"desk{place}@example.com"
            since = _text(self.now - SPAN)
            batch.add("tickets_person", id, "!", None, "agent", name, mail, "", mail, None, 1, since)
        return batch

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """Yield the desk in batches of BATCH tickets, beginning with this batch."""
        for start in range(first * BATCH, self.size, BATCH):
            yield self._batch(start, min(start + BATCH, self.size))

    def _batch(self, start: int, end: int) -> Batch:
        rng, batch = random.Random(f"batch {start}"), Batch()
        newcomers = range(self.customers * start // self.size, self.customers * end // self.size)
        for place in newcomers:
            self._arrive(batch, self.customer(place), rng)
        for place in range(start, end):
            # People come back: most tickets are of recent customers
            behind = min(int(rng.expovariate(1 / 40)), max(newcomers.stop - 1, 0))
            self._ticket(batch, place, self.customer(max(newcomers.stop - 1 - behind, 0)), rng)
        return batch

    @lru_cache(maxsize=5000)  # noqa: B019 the desk lives as long as the process
    def customer(self, place: int) -> dict:
        """A customer and the one order of theirs."""
        rng = random.Random(f"customer {place}")
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        return {
            "id": _id(rng),
            "name": name,
            "email": f"{name.replace(' ', '.').lower()}{place}@example.com",
            "phone": f"+91 9{rng.randrange(10**4):04} {rng.randrange(10**5):05}",
            "order": _id(rng),
            "order_number": f"VP-{2_000_000 + place}",
        }

    def _arrive(self, batch: Batch, who: dict, rng: random.Random) -> None:
        since = _text(self.now - SPAN * rng.random())
        batch.add(
            "tickets_person", who["id"], "!", None, "customer", who["name"], who["email"], who["phone"], who["email"],
            None, 1, since,
        )  # fmt: skip
        batch.add(
            "tickets_order", who["order"], who["order_number"], who["id"], "delivered", since, None, since,
            f"{rng.randrange(199, 2999)}.00", "upi", "paid", "Delhivery", f"DL{rng.randrange(10**9):09}",
            rng.choice(CITIES), f"{rng.randrange(110001, 800000)}",
        )  # fmt: skip
        for _ in range(2):
            batch.add(
                "tickets_orderitem", _id(rng), who["order"], "MAK-1", "Classic Makhana 100 g", 2, "249.00"
            )

    def _opened_at(self, place: int) -> datetime:
        behind = self.size - 1 - place
        if behind < LATELY:
            return self.now - PACE * (behind + 1)
        older = max(self.size - LATELY, 1)
        return (
            self.now - PACE * (LATELY + 1) - (SPAN - PACE * (LATELY + 1)) * ((behind - LATELY + 1) / older)
        )

    def _ticket(self, batch: Batch, place: int, who: dict, rng: random.Random) -> None:
        behind = self.size - 1 - place
        status = _status(behind, self.size, rng)
        category = rng.choices(CATEGORIES, CATEGORY_WEIGHTS)[0]
        priority = rng.choices(("urgent", sla.DEFAULT_PRIORITY[category], "low"), (6, 84, 10))[0]
        opened_at = self._opened_at(place)
        ended_at = min(opened_at + timedelta(minutes=20 + rng.expovariate(1 / 300)), self.now)
        agent = None if status == "open" else rng.choice(self.agents)
        count = next((count for count, long in LONG.items() if long == behind), MESSAGES)
        with_order = rng.random() < 0.7
        ticket_id = _id(rng)

        found: dict[str, None] = {}
        waiting_since = None
        told = _told(status, priority, category, who, agent, count, rng)
        for seq, (sender, text, found_words, internal) in enumerate(told, 1):
            at = opened_at + (ended_at - opened_at) * ((seq - 1) / (count - 1))
            by = {"customer": (who["id"], who["name"]), "agent": agent}.get(sender) or (None, "")
            batch.add(
                "tickets_message", _id(rng), ticket_id, seq, None if sender == "system" else _id(rng),
                "" if sender == "system" else f"{rng.getrandbits(256):064x}", sender, *by, text, internal,
                "", "", None, None, _text(at),
            )  # fmt: skip
            found |= found_words
            if sender == "customer":
                waiting_since = waiting_since or at
            elif sender == "agent" and not internal:
                waiting_since = None
        answered_at = _text(opened_at + (ended_at - opened_at) * (3 / (count - 1))) if agent else None
        last_customer = max(seq for seq, line in enumerate(told, 1) if line[0] == "customer")
        unread = rng.randrange(3) if status in ("open", "in-progress") else 0
        closed_at = _text(ended_at) if status == "closed" else None
        subject = told[0][1].partition("\n")[0][:140]
        last = next(line for line in reversed(told) if line[0] != "system" and not line[3])
        if status in ("resolved", "closed"):
            waiting_since = None
        due_at = sla.first_response_due(priority, waiting_since) if waiting_since else None
        stand = lanes.stand(
            Ticket(
                status=status, priority=priority, waiting_since=waiting_since, next_response_due_at=due_at
            )
        )
        number = 10_000_000 + (place * 7_919_993) % 90_000_000
        batch.add(
            "tickets_ticket", ticket_id, number, who["id"], who["name"], who["email"], who["phone"],
            who["order"] if with_order else None, who["order_number"] if with_order else "",
            status, priority, category, subject, agent and agent[0], agent[1] if agent else "",
            "Replacement sent." if status in ("resolved", "closed") else "",
            int(rng.random() < 0.03), 0, "", rng.choice((None, None, 4, 5)) if status == "closed" else None, "",
            _text(opened_at), _text(ended_at), closed_at or (_text(ended_at) if status == "resolved" else None),
            closed_at, _text(sla.first_response_due(priority, opened_at)), answered_at, None, count,
            last_customer, " ".join(last[1].split())[:140], count - unread, count, unread, 0, count, _id(rng), None,
            "en", _packet(told, opened_at), waiting_since and _text(waiting_since), due_at and _text(due_at),
            stand["lane"], int(stand["is_waiting"]), stand["attention_rank"],
            agent[1] if agent and last[0] == "agent" else "",
        )  # fmt: skip
        for change in _history(status, agent):
            batch.add(
                "tickets_ticketevent", _id_in_order(ended_at, rng), ticket_id, *(agent or (who["id"], who["name"])), *change,
                _text(ended_at),
            )  # fmt: skip
        if behind < ACTIVITIES_OF:
            position = FIRST_POSITION + ACTIVITIES_OF - behind
            id = _id_in_order(ended_at, rng)
            batch.add("tickets_activity", id, position, ticket_id, count, _text(ended_at))
        batch.add(
            "tickets_searchtext", ticket_id, _rank(ended_at, ticket_id),
            " ".join(_ticket_words(number, who, with_order, subject) | found),
        )  # fmt: skip


# --- What a ticket says --------------------------------------------------------


def _status(behind: int, size: int, rng: random.Random) -> str:
    """New tickets are being worked on, old ones are over, whatever the size of the desk."""
    weights = (40, 40, 12, 8) if behind < LATELY + size // 50 else (1, 2, 2, 95)
    return rng.choices(("open", "in-progress", "resolved", "closed"), weights)[0]


@cache
def _lines(intent: str) -> list[tuple[str, dict[str, None]]]:
    return [_with_words(each.text) for each in corpus.load() if each.intent == intent]


def _with_words(text: str) -> tuple[str, dict[str, None]]:
    return text, dict.fromkeys(words.found_by(text))


ANSWER_LINES = [_with_words(text) for text in ANSWERS]
NOTE_LINES = [_with_words(text) for text in NOTES]


def _told(status, priority, category, who, agent, count, rng) -> list[tuple[str, str, dict, int]]:
    """The conversation as (sender, text, its words, internal), `count` lines of it."""
    said = [
        ("customer", *_said(category, rng, 1 + min(int(rng.expovariate(0.7)), 7)), 0),
        ("system", wording.connected(priority), {}, 0),
    ]
    ending = [("system", wording.closed(), {}, 0)] if status == "closed" else []
    if agent:
        said.append(("system", wording.joined(agent[1]), {}, 0))
    while len(said) < count - len(ending):
        roll = rng.random()
        if agent and roll < 0.08:
            said.append(("agent", *rng.choice(NOTE_LINES), 1))
        elif agent and roll < 0.55:
            said.append(("agent", *_joined(rng.sample(ANSWER_LINES, 1 + int(roll * 7) % 4)), 0))
        else:
            said.append(("customer", *_said(category, rng, 1 + min(int(rng.expovariate(1.2)), 5)), 0))
    return said + ending


def _said(category: str, rng: random.Random, lines: int) -> tuple[str, dict]:
    return _joined(rng.choices(_lines(INTENT_OF[category]), k=lines))


def _joined(lines: list[tuple[str, dict]]) -> tuple[str, dict]:
    if len(lines) == 1:
        return lines[0]
    found = {}
    for _, found_words in lines:
        found |= found_words
    # A line break, so that no two numbers become one
    return "\n".join(text for text, _ in lines), found


def _packet(told, opened_at: datetime) -> str:
    """The chat with Villy that went along: four lines and what he understood."""
    text = told[0][1]
    lines = [
        ("customer", "hi"),
        ("ai", "Hello! I am Villy. What can I do for you?"),
        ("customer", text),
        (
            "ai",
            "I am sorry about that. I can connect you to Customer Care, they will look into it at once.",
        ),
    ]
    stamp = opened_at.isoformat()
    return json.dumps(
        {
            "transcript": [
                {"sender": sender, "message": said, "timestamp": stamp} for sender, said in lines
            ],
            "quoted": False, "why": "human", "intent": "delivery_delay", "words": text, "summary": text[:280],
            "language": "en", "articles": [],
        }
    )  # fmt: skip


def _history(status: str, agent) -> list[tuple[str, str, str]]:
    changes = [("status", "", "open")]
    if agent:
        changes += [("status", "open", "in-progress"), ("assignee_name", "", agent[1])]
    if status == "closed":
        changes.append(("status", "in-progress", "closed"))
    return changes


def _ticket_words(number: int, who: dict, with_order: bool, subject: str) -> dict[str, None]:
    found = {str(number): None} | dict.fromkeys(words.name_found_by(who["name"]))
    for text in (who["email"], who["phone"], who["order_number"] if with_order else "", subject):
        found |= dict.fromkeys(words.found_by(text))
    return found


def _rank(at: datetime, ticket_id: str) -> int:
    return search.place(at) + (int(ticket_id, 16) >> 128 - search.rank.ID_BITS)


def _id(rng: random.Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def _id_in_order(at: datetime, rng: random.Random) -> str:
    """A key as `tickets.models.in_order` makes it."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{milliseconds:012x}7{rng.getrandbits(12):03x}{0x8 | rng.getrandbits(2):x}{rng.getrandbits(60):015x}"


def _text(at: datetime) -> str:
    """A time of UTC, in whole milliseconds, as Django writes it on SQLite and PostgreSQL reads it.

    A full second has no fraction: SQLite compares texts, and a conditional update would not find it.
    """
    return (at.isoformat(" ", "milliseconds")[:23] + "000").removesuffix(".000000")
