"""Do the background work in a process of its own: `manage.py worker`. Any number of them may run."""

import signal

from django.core.management.base import BaseCommand

from supportdesk.db.clock import ClockWatch
from tickets.operations.jobs import STEPS, run_due
from tickets.operations.worker import Worker

from ...channels import outbox


class Command(BaseCommand):
    help = (
        "Do the background work (overdue answers, e-mails, closing, pruning, retention) until SIGTERM. "
        "Any number of workers may run beside each other and beside `serve`."
    )

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="Run what is due now, then end (for cron).")

    def handle(self, *, once, **options):
        watch = ClockWatch()
        watch.look()
        if once:
            done = run_due()
            while outbox.deliver_due():
                pass
            self.stdout.write(", ".join(done) or "Nothing was due.")
            return
        watch.start()
        worker = Worker()
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, lambda *_: worker.stop())
        if options["verbosity"]:
            self.stdout.write(f"Working: {', '.join(STEPS)}. Ctrl-C stops it.")
            self.stdout.flush()
        worker.run()
