"""Take in a file of the shop's data: `manage.py import_shop orders.csv --dry-run`."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from ...shop import importing

SHOWN_EVERY = 1000


def _interrupt(*_args):
    raise KeyboardInterrupt


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt also where a service manager or a closed terminal ends this process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stopped_at(line: int, dry_run: bool) -> str:
    """Return how far an import came that did not end, and how it goes on."""
    if dry_run:
        return f"Lines up to {line:,} were looked at."
    return (
        f"Lines up to {line:,} are stored. Import the same file again: what is stored counts as unchanged, "
        "and the rest comes in."
    )


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

        result = importing.Result()
        try:
            with ended_by_signals():
                importing.run(
                    importing.read(file), dry_run=dry_run, on_error=bad, on_progress=progress, result=result
                )
        except importing.BadFile as reason:
            raise CommandError(str(reason)) from None
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted. {stopped_at(result.line, dry_run)}") from None
        except DatabaseError as reason:
            raise CommandError(
                f"The database failed: {reason}. {stopped_at(result.line, dry_run)}"
            ) from reason
        did = "Would be" if dry_run else "Done:"
        self.stdout.write(
            f"{did} {result.new} new, {result.changed} changed, {result.unchanged} unchanged, "
            f"{len(result.errors)} bad lines."
        )
