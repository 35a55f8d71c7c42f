"""A macro on a ticket: every step is checked first, then all are written in one transaction."""

from datetime import timedelta

from django.db.models import F
from django.utils.translation import gettext

from tickets.models import Macro, Message, Person, Sender, Status, Ticket
from tickets.privacy.masking import masked

from . import changes, clock, tags, undo
from .change_set import atomic_on_ticket
from .messages import MAX_TEXT, StaleReply, add_note, agent_replies, automatic_reply, others_wrote
from .status import TRANSITIONS, IllegalMove, Refused
from .variables import filled, missing, variables

# So long the same text of a macro is the same call
REPEATED = timedelta(seconds=60)


class StepRefused(IllegalMove):
    """A step of the macro is not possible; nothing was done. `step` is its name, `reason` a sentence."""

    def __init__(self, step: str, reason: str):
        super().__init__(
            gettext("%(step)s: %(reason)s Nothing was done.") % {"step": step, "reason": reason}
        )
        self.step, self.reason = step, reason


def apply_macro(
    ticket: Ticket, macro: Macro, *, by: Person, last_seq: int | None = None
) -> tuple[Message | None, undo.Recording]:
    """Do all steps of the macro, or raise StepRefused or StaleReply and do none.

    Return the reply that it sent, if it has one, and what can be undone.
    """
    done = _apply(ticket, macro, by, last_seq)
    Macro.objects.filter(pk=macro.pk).update(uses=F("uses") + 1)
    return done


def apply_automatically(
    ticket: Ticket, macro: Macro, *, by: Person, key: str
) -> tuple[Message | None, undo.Recording]:
    """Do all steps for the desk itself; the same `key` writes no reply and no note twice.

    Each step may be repeated, so that a process that died on the way is completed by the next one.
    """
    return _apply(ticket, macro, by, None, key)


@atomic_on_ticket
def _apply(
    ticket: Ticket, macro: Macro, by: Person, last_seq: int | None, key: str = ""
) -> tuple[Message | None, undo.Recording]:
    # A single MongoDB node takes nothing back, so nothing is written before every step is known to be possible
    text = check_macro(ticket, macro, by=by, last_seq=last_seq, is_automatic=bool(key))
    reply = None if key else _just_said(ticket, text, internal=False)
    if reply and reply.author_id != by.pk:
        said = gettext("%(agent)s has just sent it.") % {"agent": reply.sender_name}
        raise StepRefused("Reply", said)
    if macro.note:
        note = filled(macro.note, variables(ticket, by))
        if key and not ticket.messages.filter(client_id=f"{key}-note").exists():
            add_note(ticket, note, by=by, client_id=f"{key}-note")
        elif not key and not _just_said(ticket, note, internal=True):
            add_note(ticket, note, by=by)
    if text and key:
        reply = automatic_reply(ticket, text, by=by, client_id=key)
    elif text and not reply:
        reply = agent_replies(ticket, text, by=by, last_seq=last_seq)
    return reply, changes.change(ticket, by=by, **_changes(ticket, macro, by))


def _just_said(ticket: Ticket, text: str, *, internal: bool) -> Message | None:
    """Return the agents' message of the last minute that says this, if the customer has said nothing since.

    A macro comes twice when the first answer was lost, or when two press it at once; it has no clientId.
    """
    recent = ticket.messages.filter(
        sender=Sender.AGENT,
        internal=internal,
        seq__gt=ticket.last_customer_seq,
        created_at__gt=clock.now() - REPEATED,
    )
    return next((each for each in recent if text and each.text == masked(text)), None)


def check_macro(
    ticket: Ticket, macro: Macro, *, by: Person, last_seq: int | None = None, is_automatic: bool = False
) -> str:
    """Return the reply that the macro would send ("" for none); raise StepRefused for a step that is not possible."""
    text = macro.text_in(ticket.language)
    if text:
        if ticket.is_over:
            raise StepRefused("Reply", gettext("This ticket is closed."))
        known = variables(ticket, by)
        if empty := missing(text, known):
            raise StepRefused(
                "Reply", (gettext("This ticket has nothing for %(empty)s.") % {"empty": ", ".join(empty)})
            )
        text = filled(text, known)
        if len(text) > MAX_TEXT:
            raise StepRefused(
                "Reply",
                (gettext("The text is longer than %(count)s characters.") % {"count": MAX_TEXT}),
            )
        if last_seq is not None and others_wrote(ticket, last_seq, by):
            raise StaleReply(ticket, list(ticket.messages.filter(seq__gt=last_seq, internal=False)))
    if macro.status and macro.status != ticket.status:
        # A reply takes an open ticket
        takes = text and not is_automatic and ticket.status == Status.OPEN
        before = Status.IN_PROGRESS if takes else Status(ticket.status)
        if macro.status != before and macro.status not in TRANSITIONS[before]:
            wanted = Status(macro.status).label.lower()
            raise StepRefused(
                "Status",
                (
                    gettext("The ticket is %(before)s and cannot become %(wanted)s.")
                    % {"before": before.label.lower(), "wanted": wanted}
                ),
            )
    if macro.assignee and not macro.assignee.is_agent:
        raise StepRefused(
            "Assignee", (gettext("%(assignee)s is not an active agent.") % {"assignee": macro.assignee})
        )
    if macro.tags:
        try:
            tags.cleaned([*ticket.tags, *macro.tags.split(",")])
        except Refused as reason:
            raise StepRefused("Tags", str(reason)) from reason
    return text


def _changes(ticket: Ticket, macro: Macro, by: Person) -> dict:
    """Return what `changes.change` is to do."""
    wanted: dict = {name: value for name in ("priority", "category") if (value := getattr(macro, name))}
    if agent := by if macro.assigns_me else macro.assignee:
        wanted["assignee"] = agent
    if macro.tags:
        wanted["add_tags"] = macro.tags.split(",")
    if macro.status and macro.status != ticket.status:
        wanted["status"] = macro.status
    if macro.resolution:
        wanted["resolution"] = filled(macro.resolution, variables(ticket, by))
    return wanted
