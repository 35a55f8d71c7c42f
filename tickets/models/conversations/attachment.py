"""Files beside a message: documents, video, audio."""

from collections.abc import Iterable

from django.db import models

from ..ids import random_id
from .message import Message


class Attachment(models.Model):
    """A file of a message, as it was sent; `Message.file_count` says whether there are any."""

    id = random_id()
    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    # Where it stands among the files of its message
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    # What the bytes are, whatever the sender called them
    type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    file = models.FileField(max_length=120)

    class Meta:
        ordering = ["place"]

    def __str__(self):
        return self.name


def load_files(messages: Iterable[Message]) -> None:
    """Give each message its `files`: one query for all of them, none where no message has any."""
    having = [message for message in messages if message.file_count and not message.files]
    if not having:
        return
    found: dict = {}
    for attachment in Attachment.objects.filter(message__in=[message.pk for message in having]):
        found.setdefault(attachment.message_id, []).append(attachment)
    for message in having:
        message.files = tuple(found.get(message.pk, ()))
