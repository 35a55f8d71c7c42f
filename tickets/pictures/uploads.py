"""Uploaded pictures: cleaned in another process, stored under a random name, removed if no message uses them."""

import errno
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext

from . import process
from .cleaning import BadPicture, Picture

CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


class NoRoom(Exception):
    """The disk for pictures is full, or the bucket does not answer."""


class TooBusy(NoRoom):
    """Other pictures have been decoded for so long that this one was not begun."""


@dataclass
class StoredPicture:
    """A cleaned picture in the storage. Sizes in pixels; `digest` is of the bytes as uploaded.

    `used` turns true when a message refers to it.
    """

    name: str
    thumbnail: str
    width: int
    height: int
    digest: str
    used: bool = False


@contextmanager
def received(upload, most: int | None = None) -> Iterator[StoredPicture | None]:
    """Clean and store an uploaded file for a block that makes a message of it.

    Afterwards it is removed again unless the block used it: it may have failed, or
    this was the retry of a message that is there already. Raise BadPicture when the
    file has more than `most` bytes (5 MB), is no JPEG, PNG, WebP or GIF, or does not decode; NoRoom on a full disk.
    """
    if not upload:
        yield None
        return
    picture = _stored(upload, most or settings.UPLOAD_MAX_BYTES)
    finished = False
    try:
        yield picture
        finished = True
    finally:
        if not (finished and picture.used):
            discard(picture.name, picture.thumbnail)


def _stored(upload, most: int) -> StoredPicture:
    if upload.size > most:
        raise BadPicture(gettext("This picture is larger than 5 MB. Please send a smaller one."))
    raw = upload.read()
    try:
        picture = process.clean(raw)
    except process.Busy:
        raise TooBusy(
            gettext("We are working on many pictures at the moment. Please try again shortly.")
        ) from None
    except BadPicture as reason:
        # The process that decodes knows neither the reader nor a language
        raise BadPicture(gettext(str(reason))) from None
    name, small = _written(picture)
    return StoredPicture(name, small, picture.width, picture.height, hashlib.sha256(raw).hexdigest())


def _written(picture: Picture) -> list[str]:
    random = uuid.uuid4().hex
    folder = f"pictures/{random[:2]}"
    names = [f"{folder}/{random}.{picture.extension}", f"{folder}/{random}-small.webp"]
    try:
        for name, content in zip(names, (picture.data, picture.thumbnail), strict=True):
            default_storage.save(name, ContentFile(content))
    except OSError as reason:
        # What cannot take it may not be able to remove it either
        with suppress(OSError):
            discard(*names)
        if reason.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise NoRoom(gettext("We can't store pictures right now. You can still send text.")) from reason
        raise
    return names


def discard(*names: str | None) -> None:
    """Remove stored files; those that are not there are no error."""
    for name in names:
        if name:
            default_storage.delete(name)


def content_type(name: str) -> str:
    """The type that we encoded, from a stored file's name."""
    return CONTENT_TYPES[name.rpartition(".")[2]]
