"""The worker: runs the steps that are due, and beside them what sends letters, webhooks and alerts."""

import logging
import random
import threading

from django.db import close_old_connections

from tickets.alerts.sending import AlertSender
from tickets.channels import outbox
from tickets.webhooks.sender import WebhookSender

from .jobs import run_due

logger = logging.getLogger(__name__)

# How often a worker looks whether a step is due
PAUSE_SECONDS = 5


class Worker:
    """Does the background work until it is told to stop: `run()` here, or `start()` in a thread of its own."""

    def __init__(self):
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="jobs", daemon=True)
        # Beside it: a letter leaves in time, whatever else takes long
        self.sender = outbox.OutboxSender()
        self.webhooks = WebhookSender()
        self.alerts = AlertSender()

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Let the step that runs finish, and run no other."""
        self.stopping.set()
        self.sender.stop()
        self.webhooks.stop()
        self.alerts.stop()

    def join(self, seconds: float = 5) -> None:
        self.sender.join(seconds)
        self.webhooks.join(seconds)
        self.alerts.join(seconds)
        if self.thread.is_alive():
            self.thread.join(seconds)

    def run(self) -> None:
        self.sender.start()
        self.webhooks.start()
        self.alerts.start()
        # Processes that start together need not look together
        pause = random.uniform(0, PAUSE_SECONDS)  # noqa: S311
        while not self.stopping.wait(pause):
            pause = PAUSE_SECONDS
            close_old_connections()
            try:
                while run_due() and not self.stopping.is_set():
                    pass
            except Exception as reason:  # whatever the driver raises, the next look may find it well again
                logger.warning("jobs: the database does not answer (%s)", type(reason).__name__)
            finally:
                close_old_connections()
