from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatbot.demo import loader
from tickets.models import Person


class Command(BaseCommand):
    help = "Fill an empty desk with the demo shop: products, articles, people, orders, tickets."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing if there is anybody")

    def handle(self, *args, if_empty=False, **options):
        if not settings.DEBUG:
            raise CommandError(
                "DEBUG is off: the demo shop has logins that everybody knows, so load_demo needs DEBUG=on."
            )
        if Person.objects.exists():
            if if_empty:
                return
            raise CommandError("This desk is not empty; the demo shop goes into an empty one only.")
        counts = loader.load()
        self.stdout.write("Demo shop: " + ", ".join(f"{n} {what}" for what, n in counts.items()))
