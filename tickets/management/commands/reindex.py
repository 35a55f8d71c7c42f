"""Rebuild the search index from the tickets and their messages."""

from django.core.management.base import BaseCommand

from ... import search
from ...models import Ticket


class Command(BaseCommand):
    help = "Rebuild the search index: after writing to the database by other ways than the desk's."

    def handle(self, **options):
        total = Ticket.objects.count()
        search.rebuild(progress=lambda done: self.stdout.write(f"{done:,} / {total:,}"), size=5000)
        self.stdout.write(self.style.SUCCESS(f"{total:,} tickets are found by their words."))
