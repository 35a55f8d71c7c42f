"""Make a service key for other software: `manage.py create_key "Our shop" --scope shop:write`."""

from django.core.management.base import BaseCommand, CommandError

from tickets.models import Scope, ServiceKey

from ...shop import keys

LONGEST = ServiceKey._meta.get_field("name").max_length


class Command(BaseCommand):
    help = (
        "Make a service key for other software and print it, alone on the last line. It is shown only now."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", help="Which software uses the key, for example 'Our shop'.")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            default=[],
            dest="scopes",
            help="What the key may do; give it once for each scope.",
        )

    def handle(self, *, name, scopes, **options):
        name = name.strip()
        if not 1 <= len(name) <= LONGEST or "\0" in name:
            raise CommandError(f"A name has 1 to {LONGEST} characters.")
        if not scopes:
            raise CommandError(f"Give at least one --scope: {', '.join(Scope.values)}.")
        key, raw = keys.create(name, scopes)
        self.stdout.write(
            f"Service key “{key.name}” ({', '.join(key.scopes)}). Keep it: it is shown only now."
        )
        self.stdout.write(raw)
