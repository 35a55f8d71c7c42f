"""Copy the whole desk to another database: `manage.py copydesk --to mongodb://...`"""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from supportdesk.db.config import database_from_url
from tickets.operations import copying


class Command(BaseCommand):
    help = (
        "Copy everything to the database at this URL (sqlite:///..., postgres://..., mongodb://...), which has to "
        "be empty or an interrupted copy of this desk. Stop the desk first. Pictures are files: they stay where they are."
    )

    def add_arguments(self, parser):
        parser.add_argument("--to", metavar="URL")
        # The other end, which this command starts by itself
        parser.add_argument("--receive", action="store_true", help="used internally")

    def handle(self, *, to, receive, **options):
        if receive:
            copying.Receiver().serve(sys.stdin, sys.stdout)
            return
        if not to:
            raise CommandError("Where to? --to URL")
        there = database_from_url(to, settings.DATA_DIR)
        here = settings.DATABASES["default"]
        if all(
            (there.get(key) or "") == (here.get(key) or "") for key in ("ENGINE", "HOST", "PORT", "NAME")
        ):
            raise CommandError("That is the database that the desk is in.")
        try:
            with copying.Target(to) as target:
                self.copy(target)
        except copying.TargetNotEmpty as reason:
            raise CommandError(f"{reason} Nothing was changed there. Give an empty database.") from None
        except copying.RemoteError as reason:
            raise CommandError(f"The target failed: {reason}. Running this again continues.") from None

    def copy(self, target: copying.Target):
        target.ask("prepare")
        copying.check_is_ours(target)
        copying.send(target, self.progress)
        self.stdout.write("Making the search index, comparing ...")
        target.ask("index")
        if found := copying.differences(target):
            raise CommandError(
                "The copy differs. Did the desk write meanwhile, or is an older copy there?\n"
                + "\n".join(found)
            )
        self.stdout.write(
            self.style.SUCCESS("Copied, and every table has the same rows and the same checksum.")
        )

    def progress(self, model, done: int, total: int):
        name = str(model._meta.verbose_name_plural)
        if self.stdout.isatty():
            bar = "█" * (20 * done // max(total, 1))
            end = "\n" if done == total else ""
            self.stdout.write(f"\r{name:22} {bar:20} {done:>9,} / {total:,}", ending=end)
        elif done == total:
            self.stdout.write(f"{name:22} {total:>9,}")
