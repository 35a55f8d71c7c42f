"""What Villy keeps of people: handed over, forgotten or outlived with the rest (see `tickets.privacy.personal_data`)."""

from datetime import datetime, timedelta

from tickets.models import Person
from tickets.operations import jobs
from tickets.privacy import personal_data

from ..models import Chat, ChatMessage, OrderCode, SpentIdentity

BATCH = 200
# As long as proofs counts how many codes were given
CODES_KEPT = timedelta(days=2)


class Chats(personal_data.PersonalDataProvider):
    def export(self, person: Person) -> dict:
        chats = Chat.objects.filter(person=person).order_by("created_at")
        return {"chatsWithVilly": [_chat(chat) for chat in chats]}

    def erase(self, person: Person) -> None:
        Chat.objects.filter(person=person).delete()

    def has(self, person: Person) -> bool:
        return Chat.objects.filter(person=person).exists()

    def delete_for_tickets(self, ids: list) -> None:
        # Without its ticket a chat would count as one that is still with Villy
        Chat.objects.filter(ticket__in=ids).delete()

    def retain(self, before: datetime) -> bool:
        old = list(Chat.objects.filter(updated_at__lt=before, ticket=None).order_by("updated_at")[:BATCH])
        Chat.objects.filter(pk__in=[chat.pk for chat in old]).delete()
        personal_data.remove_bare_guests({chat.person_id for chat in old})
        return len(old) == BATCH


def _chat(chat: Chat) -> dict:
    lines = ChatMessage.objects.filter(chat=chat).order_by("seq")
    return {
        "begun": chat.created_at,
        "language": chat.language,
        "remembered": chat.memory,
        "lines": list(lines.values("seq", "sender", "text", "helped", "created_at")),
    }


@jobs.step("proofs", every=timedelta(minutes=10))
def prune_proofs(now: datetime, since: datetime) -> bool:
    """Remove identities that could not be used again anyway, and codes that proved nothing."""
    spent = jobs.delete_batch(SpentIdentity.objects.filter(expires_at__lt=now))
    codes = OrderCode.objects.filter(created_at__lt=now - CODES_KEPT, proven_at=None)
    return jobs.delete_batch(codes) or spent
