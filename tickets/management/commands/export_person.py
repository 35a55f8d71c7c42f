"""Hand over everything about one person: `manage.py export_person priya@example.com`."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand

from tickets.privacy import audit, personal_data

from ...models import AuditAction
from ._people import the_one


class Command(BaseCommand):
    help = "Write everything about one person into a ZIP: data.json and the pictures."

    def add_arguments(self, parser):
        parser.add_argument("who", help="id, e-mail, or id in the shop")
        parser.add_argument("--to", metavar="FILE", help="default: person-ID.zip here")

    def handle(self, who, to, **options):
        person = the_one(who)
        file = Path(to or f"person-{person.pk}.zip")
        # Readable for the user who ran this, and no other
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            personal_data.export(person, out)
        audit.record(None, AuditAction.EXPORTED, "everything", person=person.pk)
        if options["verbosity"]:
            self.stdout.write(f"Written to {file}")
