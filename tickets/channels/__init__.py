"""The ways to reach the desk beside the chat: e-mail and WhatsApp behind one interface
(`tickets/interfaces/channel_interface`).

inbox      what comes in: stored first, once, put aside when it cannot be read
outbox     what goes out: written with its cause, sent later, retried, its status told back
links      the link to one conversation, and the reply token of its e-mails
identity   whose address it is, once that is proven
views      the page of the conversation behind a link
email      inbound and outbound e-mail
whatsapp   the Cloud API
"""


def load() -> None:
    """Have the channels register themselves; called once the models are there."""
    from . import personal_data  # noqa: F401
    from .email import channel as _email  # noqa: F401
    from .whatsapp import channel as _whatsapp  # noqa: F401
