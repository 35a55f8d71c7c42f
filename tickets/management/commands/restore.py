"""Restore a backup into an empty DATA_DIR: `DATA_DIR=/new manage.py restore desk-20261122.zip`."""

from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tickets.operations import backups
from tickets.privacy import personal_data

from ._progress import reporter


class Command(BaseCommand):
    help = "Put a backup into an empty DATA_DIR, check it, and bring it up to this version."
    # Nothing may touch the database before it is there
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--erase",
            nargs="*",
            default=[],
            metavar="ID",
            help="people who were erased since, see erase_person",
        )

    def handle(self, file, erase, **options):
        progress = [reporter(self.stdout)] if options["verbosity"] else []
        try:
            contents = backups.restore(file, *progress)
        except backups.BackupError as reason:
            raise CommandError(str(reason)) from None
        call_command("migrate", verbosity=0, interactive=False)
        for person in (person for who in erase for person in personal_data.find(who)):
            personal_data.erase(person)
        if options["verbosity"]:
            self.stdout.write(
                f"Restored what was backed up at {contents['madeAt']}: {len(contents['sums']):,} files."
            )
