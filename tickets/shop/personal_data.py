"""Personal data of the shop packages: export and erasure."""

from tickets.models import Delivery, ExternalKey, Person, PersonEvent, Ticket
from tickets.privacy.personal_data import PROVIDERS, PersonalDataProvider


class ShopRecords(PersonalDataProvider):
    """The history of a person's record, and what webhooks were told of their tickets."""

    def export(self, person: Person) -> dict:
        history = PersonEvent.objects.filter(person=person).order_by("at")
        return {"recordHistory": list(history.values("what", "details", "actor_name", "at"))}

    def erase(self, person: Person) -> None:
        PersonEvent.objects.filter(person=person).delete()
        tickets = list(Ticket.objects.filter(requester=person).values_list("pk", flat=True))
        self.delete_for_tickets(tickets)
        if person.external_id:
            ExternalKey.objects.filter(kind="customers", key=person.external_id).delete()
        # Records that were linked to this one are the same person
        for merged in Person.objects.filter(merged_into=person):
            empty = {"name": "Erased", "email": "", "phone": "", "login_email": None, "external_id": None}
            Person.objects.filter(pk=merged.pk).update(**empty)

    def delete_for_tickets(self, ids: list) -> None:
        Delivery.objects.filter(ticket_id__in=ids).delete()


PROVIDERS.append(ShopRecords())
