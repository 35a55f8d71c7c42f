"""Forget one person: `manage.py erase_person priya@example.com`."""

from django.core.management.base import BaseCommand, CommandError

from tickets.privacy import audit, personal_data

from ...models import AuditAction
from ._people import the_one


class Command(BaseCommand):
    help = (
        "Take a customer out of all that the desk keeps. The conversations stay, without who it was. "
        "Backups keep what they hold: erase again after restoring an older one."
    )

    def add_arguments(self, parser):
        parser.add_argument("who", help="id, e-mail, or id in the shop")
        parser.add_argument(
            "--words", action="store_true", help="Remove also every word that the customer wrote."
        )
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, who, words, yes, **options):
        person = the_one(who)
        count = person.tickets.count()
        if not yes and input(f"Erase {person} ({person.pk}, {count} tickets)? Type yes: ") != "yes":
            raise CommandError("Nothing was erased.")
        try:
            personal_data.erase(person, words=words)
        except personal_data.NotACustomer:
            raise CommandError(f"{person} works at the desk. Make the account inactive instead.") from None
        audit.record(
            None, AuditAction.ERASED, "with every word" if words else "the person", person=person.pk
        )
        if options["verbosity"]:
            self.stdout.write(f"Erased. Keep this id for the day that a backup is restored: {person.pk}")
