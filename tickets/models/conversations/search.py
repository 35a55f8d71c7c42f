"""The words by which tickets are found."""

from django.db import models

from .ticket import Ticket


class SearchText(models.Model):
    """The words by which a ticket is found; made of the ticket and its messages by `tickets.search`.

    On SQLite triggers keep the full-text index in step, and an altered table loses its
    triggers: a migration that changes this model has to install them again.
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="search_text")
    # The ticket's place in the inbox, see search.place
    rank = models.BigIntegerField(unique=True)
    words = models.TextField()
