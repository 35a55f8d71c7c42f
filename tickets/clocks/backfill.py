"""Fills the stored clocks and lanes of tickets that were written without them: by a migration, or in bulk."""

from django.db.models import Max, Min

from . import lanes
from .running import Policy

BATCH = 500
FIELDS = [
    "lane", "is_waiting", "attention_rank", "waiting_since", "next_response_due_at", "resolution_due_at", "preview_by",
    "answer_check_at",
]  # fmt: skip


def stand_again(tickets, messages, *, policy: Policy | None = None) -> None:
    """Fill the fields of every ticket. `tickets` and `messages` are models; a migration has its own."""
    policy = policy or Policy()
    ids = list(tickets.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chosen = ids[start : start + BATCH]
        answered = dict(
            messages.objects.filter(ticket__in=chosen, sender="agent", internal=False)
            .values_list("ticket_id")
            .annotate(last=Max("seq"))
        )
        rows = list(tickets.objects.defer("handover").filter(pk__in=chosen))
        waiting = _waiting_since(rows, answered, messages)
        for ticket in rows:
            _fill(ticket, waiting.get(ticket.pk), answered.get(ticket.pk), policy)
        tickets.objects.bulk_update(rows, FIELDS, batch_size=100)


def _waiting_since(rows, answered: dict, messages) -> dict:
    """Return since when the customer of each open ticket waits."""
    waiting: dict = {}
    unsettled = [ticket for ticket in rows if ticket.status not in lanes.SETTLED]
    asked = [ticket for ticket in unsettled if ticket.last_customer_seq > answered.get(ticket.pk, 0)]
    never = [ticket.pk for ticket in asked if ticket.pk not in answered]
    waiting |= dict(
        messages.objects.filter(ticket__in=never, sender="customer")
        .values_list("ticket_id")
        .annotate(first=Min("created_at"))
    )
    for ticket in asked:
        if ticket.pk not in waiting:
            theirs = messages.objects.filter(
                ticket=ticket.pk, sender="customer", seq__gt=answered.get(ticket.pk, 0)
            )
            waiting[ticket.pk] = theirs.order_by("seq").values_list("created_at", flat=True).first()
    return waiting


def _fill(ticket, since, answered, policy: Policy) -> None:
    ticket.resolution_due_at = policy.add(ticket.created_at, policy.resolution[ticket.priority])
    ticket.waiting_since = since
    ticket.next_response_due_at = None
    if since:
        is_first = not ticket.first_responded_at
        due_at = policy.add(since, policy.response(ticket.priority, is_first))
        ticket.next_response_due_at = ticket.first_response_due_at if is_first else due_at
    else:
        ticket.answer_check_at = None
    # The last that was said is the agent's, unless the customer wrote after it
    if answered and answered > ticket.last_customer_seq:
        ticket.preview_by = ticket.assignee_name
    lanes.stand(ticket)
