"""The worker: threads that look whether a step is due, and whether something is to be sent."""

from supportdesk.serving.polling import PollingThread
from tickets.alerts import sending as alerts
from tickets.channels import outbox
from tickets.webhooks import sender as webhooks

from .jobs import run_due

# How often the worker looks whether a step is due
PAUSE_SECONDS = 5


def look() -> float:
    """Run a part of what is due and return the seconds until the next look."""
    return 0 if run_due() else PAUSE_SECONDS


class Worker:
    """Does the background work until it is told to stop: `run()` here, or `start()` in a thread of its own."""

    def __init__(self):
        self.jobs = PollingThread("jobs", look, first_pause=PAUSE_SECONDS, after_failure=PAUSE_SECONDS)
        # Its own thread: slow jobs must not delay e-mails
        self.senders = [outbox.sender(), webhooks.sender(), alerts.sender()]

    def start(self) -> None:
        for thread in (*self.senders, self.jobs):
            thread.start()

    def run(self) -> None:
        for thread in self.senders:
            thread.start()
        self.jobs.run()

    def stop(self) -> None:
        """Let the steps that run finish, and run no other."""
        for thread in (*self.senders, self.jobs):
            thread.stop()

    def join(self, seconds: float = 5) -> None:
        for thread in (*self.senders, self.jobs):
            thread.join(seconds)
