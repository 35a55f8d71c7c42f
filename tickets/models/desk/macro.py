"""Macros: common steps of the team as one named step."""

from django.db import models
from django.utils import timezone

from ..conversations.ticket import Category, Priority, Status
from ..ids import random_id
from ..people.person import Person


class Macro(models.Model):
    """A reply and changes of a ticket under one name. What is empty is no step.

    Applied by `tickets.workflow.macros.apply_macro`: all of its steps or none.
    """

    id = random_id()
    name = models.CharField(max_length=80, unique=True)
    # {"en": "...", "hi": "..."}; with the variables of canned replies
    texts = models.JSONField("reply", default=dict, blank=True)
    note = models.TextField("private note", blank=True, max_length=4000)
    status = models.CharField(max_length=12, choices=Status, blank=True)
    priority = models.CharField(max_length=8, choices=Priority, blank=True)
    category = models.CharField(max_length=16, choices=Category, blank=True)
    resolution = models.TextField(blank=True, max_length=4000)
    tags = models.CharField("add tags", max_length=400, blank=True, help_text="Separated by commas.")
    assignee = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="assign to"
    )
    assigns_me = models.BooleanField("assign to the agent who applies it", default=False)
    is_active = models.BooleanField("offered", default=True)
    uses = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def text_in(self, language: str) -> str:
        """Return the reply in this language, else in English, else in any; "" for none."""
        return self.texts.get(language) or self.texts.get("en") or next(iter(self.texts.values()), "")
