"""Remove what is older than RETENTION_DAYS, all of it now: `manage.py retain`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.privacy import personal_data


class Command(BaseCommand):
    help = "Remove closed tickets, chats and guests that are older than RETENTION_DAYS. The background work does it hourly."

    def handle(self, **options):
        if not settings.RETENTION_DAYS:
            raise CommandError("RETENTION_DAYS is 0: everything is kept.")
        while personal_data.retain(timezone.now()):
            if options["verbosity"]:
                self.stdout.write(".", ending="")
                self.stdout.flush()
        if options["verbosity"]:
            self.stdout.write("Done.")
