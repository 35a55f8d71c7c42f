"""Back the desk up while it runs: `manage.py backup /backups`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from tickets.operations import backups

from ._progress import reporter


class Command(BaseCommand):
    help = "Write database, pictures and key into one ZIP, while the desk runs. It holds secrets: keep it like them."

    def add_arguments(self, parser):
        parser.add_argument("to", type=Path, help="a new .zip file, or a folder that gets one")

    def handle(self, to, **options):
        # A folder that is not there yet is made: a file of its name would stop the next day's backup
        if to.is_dir() or not (to.suffix or to.exists()):
            to.mkdir(parents=True, exist_ok=True)
            to /= f"desk-{timezone.now():%Y%m%d-%H%M%S}.zip"
        progress = [reporter(self.stdout)] if options["verbosity"] else []
        try:
            contents = backups.backup(to, *progress)
        except (backups.BackupError, OSError) as reason:
            raise CommandError(str(reason)) from None
        if options["verbosity"]:
            pictures = sum(name.startswith(backups.MEDIA) for name in contents["sums"])
            size = filesizeformat(to.stat().st_size).replace("\xa0", " ")
            self.stdout.write(f"{to}: {size}, {pictures:,} files of pictures.")
