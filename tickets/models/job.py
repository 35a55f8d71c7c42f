"""The steps of the background work, with their leases."""

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One step of the background work: when it is due, and until when a worker has it (see `tickets.operations.jobs`)."""

    name = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField(default=timezone.now)
    # A worker that dies holds it up until then, and no longer
    leased_until = models.DateTimeField(null=True)
    ran_at = models.DateTimeField(null=True, help_text="When the last run that went through began.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    last_error = models.CharField(max_length=120, blank=True)

    def __str__(self):
        return self.name


class MetricCount(models.Model):
    """A counter of the background work, for /metrics of whichever process (see `tickets.operations.counts`)."""

    key = models.CharField(max_length=120, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self):
        return self.key
