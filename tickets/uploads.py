"""Pictures from outside: decoded, cleaned, encoded anew, stored under a random name.

Nothing of the uploaded file survives but its pixels: no EXIF (the orientation is
applied first), no colour profile, no trailing bytes, no name.
"""

import errno
import hashlib
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000
# Pillow keeps a pointer for every line: 1 x 50,000,000 pixels take a gigabyte
MAX_SIDE = 20_000
# A progressive JPEG comes in some ten scans, each over the whole picture; one of 400 KB with thousands of
# empty ones took 138 s to decode
MAX_SCANS = 32
# Of a JPEG, but for bytes of the picture itself (00, D0 to D7)
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
START_OF_SCAN, END = b"\xff\xda", b"\xff\xd9"
# Enough to read the label on a parcel, small enough for a phone
FULL_SIDE = 2560
THUMBNAIL_SIDE = 480

FORMATS = {"JPEG": ("jpg", "JPEG"), "MPO": ("jpg", "JPEG"), "PNG": ("png", "PNG"), "WEBP": ("webp", "WEBP")}
# MPO is opened by the reader of JPEG, and Pillow raises KeyError for it as a reader of its own
READERS = ["JPEG", "PNG", "WEBP"]
CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
SAVE_OPTIONS = {"JPEG": {"quality": 85}, "PNG": {}, "WEBP": {"quality": 85}}

TOO_MANY_PIXELS = "This picture has more than 50 megapixels. Please send a smaller one."
TOO_LONG = f"This picture is more than {MAX_SIDE:,} pixels wide or high. Please send a smaller one."
UNREADABLE = "This file could not be read as a picture. JPEG, PNG and WebP pictures work."

# A decoded picture may take 200 MB: no more than two at once in a process
_decoding = threading.BoundedSemaphore(2)


class BadPicture(Exception):
    """The upload is no picture that we take; the message says why, for the person who sent it."""


class NoRoom(Exception):
    """The disk for pictures is full, or the bucket does not answer."""


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
def received(upload) -> Iterator[StoredPicture | None]:
    """Clean and store an uploaded file for a block that makes a message of it.

    Afterwards it is removed again unless the block used it: it may have failed, or
    this was the retry of a message that is there already. Raise BadPicture when the
    file is too large, no JPEG, PNG or WebP, or does not decode; NoRoom on a full disk.
    """
    if not upload:
        yield None
        return
    picture = _stored(upload)
    finished = False
    try:
        yield picture
        finished = True
    finally:
        if not (finished and picture.used):
            discard(picture.name, picture.thumbnail)


def _stored(upload) -> StoredPicture:
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise BadPicture("This picture is larger than 5 MB. Please send a smaller one.")
    raw = upload.read()
    with _decoding:
        image, image_format = _decoded(raw)
        extension, encoder = FORMATS[image_format]
        image.thumbnail((FULL_SIDE, FULL_SIDE))
        data = _encoded(image, encoder)
        width, height = image.size
        image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        thumbnail = _encoded(image, "WEBP")
    name, small = _written(data, thumbnail, extension)
    return StoredPicture(name, small, width, height, hashlib.sha256(raw).hexdigest())


def _decoded(raw: bytes) -> tuple[Image.Image, str]:
    try:
        image = Image.open(BytesIO(raw), formats=READERS)
        if image.width * image.height > MAX_PIXELS:
            raise BadPicture(TOO_MANY_PIXELS)
        if max(image.size) > MAX_SIDE:
            raise BadPicture(TOO_LONG)
        if image.format in ("JPEG", "MPO") and _scans(raw) > MAX_SCANS:
            raise BadPicture(UNREADABLE)
        image_format = image.format
        # A JPEG can be decoded at a fraction of its size, for a fraction of the time
        image.draft("RGB", (FULL_SIDE, FULL_SIDE))
        # Before anything else: a second load() after a failed one returns garbage, and looking
        # at the EXIF of a PNG makes the first call silently
        image.load()
        image = _upright(image)
        if image.mode.startswith("I"):
            # 16 bits of grey: what is above 8 would be cut off and not scaled
            image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except BadPicture:
        raise
    except Image.DecompressionBombError as reason:
        # Pillow's own limit, far beyond ours, is looked at first
        raise BadPicture(TOO_MANY_PIXELS) from reason
    except Exception as reason:
        # Pillow's decoders raise nearly everything on broken input (OSError, SyntaxError, EOFError,
        # ValueError, AttributeError, TypeError, MemoryError, struct.error ...)
        raise BadPicture(UNREADABLE) from reason
    # Encoders copy comments, profiles and XMP from here
    image.info = {}
    return image, image_format


def _scans(raw: bytes) -> int:
    """How often a JPEG goes over the whole picture. What hangs on behind it (a film, as some phones do) is none."""
    at, scans = 2, 0
    while (marker := MARKER.search(raw, at)) and marker[0] != END:
        scans += marker[0] == START_OF_SCAN
        at = marker.end() + int.from_bytes(raw[marker.end() : marker.end() + 2])
    return scans


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        # The pixels are fine; it is only unknown how the camera was held
        return image


def _encoded(image: Image.Image, encoder: str) -> bytes:
    if encoder == "JPEG":
        image = image.convert("RGB")
    out = BytesIO()
    image.save(out, encoder, **SAVE_OPTIONS[encoder])
    return out.getvalue()


def _written(data: bytes, thumbnail: bytes, extension: str) -> list[str]:
    random = uuid.uuid4().hex
    folder = f"pictures/{random[:2]}"
    names = [f"{folder}/{random}.{extension}", f"{folder}/{random}-small.webp"]
    try:
        for name, content in zip(names, (data, thumbnail), strict=True):
            default_storage.save(name, ContentFile(content))
    except OSError as reason:
        # What cannot take it may not be able to remove it either
        with suppress(OSError):
            discard(*names)
        if reason.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise NoRoom("There is no room for pictures at the moment. Text still arrives.") from reason
        raise
    return names


def discard(*names: str) -> None:
    """Remove stored files; those that are not there are no error."""
    for name in names:
        if name:
            default_storage.delete(name)


def content_type(name: str) -> str:
    """The type that we encoded, from a stored file's name."""
    return CONTENT_TYPES[name.rpartition(".")[2]]
