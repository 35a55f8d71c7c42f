"""What the desk itself says in a conversation (the blue bubbles)."""

from . import sla


def connected(priority: str) -> str:
    target = sla.in_words(sla.TARGETS[priority])
    return f"Connected to Customer Care. An agent will help you shortly. We aim to answer within {target}."


def continued(number: int) -> str:
    return f"This continues ticket #{number}, which was closed."


def joined(agent: str) -> str:
    return f"{agent} from Customer Care is helping you now."


def resolved(resolution: str) -> str:
    resolution = resolution.strip()
    if resolution and resolution[-1].isalnum():
        resolution += "."
    return f"{resolution} Did that solve it?".strip()


def reopened(person: str) -> str:
    return f"{person} asked for more help. The conversation is open again."


def taken_up_again(agent: str) -> str:
    return f"{agent} from Customer Care opened the conversation again."


def closed() -> str:
    return "This conversation is closed. Write again whenever you need us."


def confirmed() -> str:
    return "Glad that it is solved. This conversation is closed."


def callback_requested(phone: str) -> str:
    return f"A call back to {phone} was asked for. An agent will call you."


def callback_completed() -> str:
    return "The call back is done."


# --- The letter to a customer who has not read what an agent wrote -----------


def unread_subject(agent: str, number: int) -> str:
    return f"{agent} answered you (ticket #{number})"


def unread_letter(name: str, texts: list[str], number: int, link: str, shop: str) -> str:
    greeting = f"Hello {name}," if name else "Hello,"
    quoted = "\n\n".join(texts)
    return (
        f"{greeting}\n\n"
        f"you have not read this yet in your conversation with us (ticket #{number}):\n\n"
        f"{quoted}\n\n"
        f"To answer, open the chat: {link}\n"
        "This mailbox does not read answers.\n\n"
        f"{shop}, Customer Care\n"
    )


def picture() -> str:
    return "(a picture)"
