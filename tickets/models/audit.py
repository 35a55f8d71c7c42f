"""What members of the desk did."""

from django.db import models
from django.utils import timezone

from .ids import id_in_order


class AuditAction(models.TextChoices):
    SAW = "saw"
    CHANGED = "changed"
    EXPORTED = "exported"
    ERASED = "erased"


class NeverChanged(Exception):
    """The audit is only ever added to."""


class AuditRows(models.QuerySet):
    def update(self, **fields):
        raise NeverChanged

    def delete(self):
        raise NeverChanged


class AuditEntry(models.Model):
    """An action of a member of the desk: actor, action, subject, time, address. Append-only.

    It points to nothing, so that nothing that is deleted takes it along, and names no
    customer, so that an erasure need not touch it. Written by `tickets.privacy.audit` only.
    """

    id = id_in_order()
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.UUIDField(null=True, help_text="Empty: a command in a terminal.")
    actor_name = models.CharField(max_length=120)
    action = models.CharField(max_length=10, choices=AuditAction, db_column="deed")
    ticket_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True, help_text="The customer whom it is about.")
    what = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=45, blank=True)

    objects = AuditRows.as_manager()

    class Meta:
        verbose_name_plural = "audit"
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["-at"], name="audit_by_age"),
            models.Index(fields=["ticket_id", "-at"], name="audit_of_ticket"),
            models.Index(fields=["person_id", "-at"], name="audit_of_person"),
            models.Index(fields=["actor_id", "-at"], name="audit_of_actor"),
        ]

    def __str__(self):
        return f"{self.actor_name} {self.action} {self.what}"

    def save(self, *args, **options):
        if not self._state.adding:
            raise NeverChanged
        super().save(*args, **options)

    def delete(self, *args, **options):
        raise NeverChanged
