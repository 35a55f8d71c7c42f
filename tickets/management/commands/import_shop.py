"""Take in a file of the shop's data: `manage.py import_shop orders.csv --dry-run`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...shop import importing

SHOWN_EVERY = 1000


class Command(BaseCommand):
    help = (
        "Import customers, products, orders or articles from CSV, JSON lines or XLSX. Columns are the API's keys; "
        "the key column (externalId, sku, number or slug) tells what the file holds. Bad lines are named and left."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Check every line and write nothing.")

    def handle(self, *, file, dry_run, **options):
        self.shown = 0

        def bad(line: int, reason: str) -> None:
            self.stdout.write(f"line {line}: {reason}")

        def progress(done: int) -> None:
            if options["verbosity"] and done - self.shown >= SHOWN_EVERY:
                self.shown = done
                self.stderr.write(f"{done:,} lines")

        try:
            result = importing.run(
                importing.read(file), dry_run=dry_run, on_error=bad, on_progress=progress
            )
        except importing.BadFile as reason:
            raise CommandError(str(reason)) from None
        did = "Would be" if dry_run else "Done:"
        self.stdout.write(
            f"{did} {result.new} new, {result.changed} changed, {result.unchanged} unchanged, "
            f"{len(result.errors)} bad lines."
        )
