"""What the desk itself says in a conversation (the blue bubbles)."""

from datetime import datetime

from tickets import sla
from tickets.team import promise
from tickets.team.settings import current

from . import clock


def connected(priority: str, now: datetime | None = None) -> str:
    """Say when an agent answers: within the target, or outside business hours when they are back."""
    if back := promise.back(now or clock.now()):
        return f"Connected to Customer Care. {back} An agent will answer you then."
    target = sla.in_words(current().targets[priority].first)
    return f"Connected to Customer Care. An agent will help you shortly. We aim to answer within {target}."


def continued(number: int) -> str:
    return f"This continues ticket #{number}, which was closed."


def joined(agent: str) -> str:
    return f"{agent} from Customer Care is helping you now."


def resolved() -> str:
    return "Did that solve it?"


def reopened(person: str) -> str:
    return f"{person} asked for more help. The conversation is open again."


def taken_up_again(agent: str) -> str:
    return f"{agent} from Customer Care opened the conversation again."


def nudged() -> str:
    return (
        "Are you still there? Write here if you need anything else. Otherwise we will mark this as solved."
    )


def resolved_in_silence() -> str:
    return "We have not heard from you, so we think that this is solved. Did that solve it?"


def closed() -> str:
    return "This conversation is closed. Write again whenever you need us."


def confirmed() -> str:
    return "Glad that it is solved. This conversation is closed."


def ended(person: str) -> str:
    return f"{person} ended this conversation. Write again whenever you need us."


def callback_requested(phone: str) -> str:
    return f"Callback requested. An agent will call you on {phone}."


def callback_completed() -> str:
    return "The call back is done."


# --- Letters ------------------------------------------------------------------


def unread_subject(agent: str, number: int) -> str:
    return f"{agent} answered you (ticket #{number})"


def unread_heading(name: str, number: int) -> str:
    greeting = f"Hello {name}," if name else "Hello,"
    return f"{greeting} there is news in your conversation with us (ticket #{number})."


def answer_here() -> str:
    return "Answer in your browser"


def open_conversation() -> str:
    return "Open the conversation"


def resolved_subject(number: int) -> str:
    return f"Did we solve it? (ticket #{number})"


def resolved_heading() -> str:
    return "We think that this is solved. If it is not, just answer this e-mail."


def transcript_subject(shop: str, number: int) -> str:
    return f"Your conversation with {shop} (ticket #{number})"


def transcript_heading(number: int) -> str:
    return f"You asked for a copy of your conversation with us (ticket #{number})."


# --- WhatsApp ----------------------------------------------------------------


def opted_out() -> str:
    return "You will get no more messages from us here. Send START if you want them again."


def opted_in() -> str:
    return "Welcome back. Write to us here whenever you need us."


def continued_here(number: int) -> str:
    return f"We continue your conversation here (ticket #{number}). Write to us whenever you need us."


# --- Codes -------------------------------------------------------------------


def code_subject(shop: str) -> str:
    return f"Your code for {shop}"


def code_text(code: str, shop: str) -> str:
    return (
        f"{code} is your code for {shop}. It works for 10 minutes.\n\n"
        "You did not ask for it? Your address was typed by mistake then, and there is nothing to do."
    )
