"""Uploaded files that are no pictures: their type by their bytes, stored as they are, removed if no message uses them.

They are never opened here: a download gives the person it as a file to keep, in a sandbox.
"""

import errno
import hashlib
import logging
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from supportdesk.storage import clamd
from tickets.pictures.uploads import NoRoom, StoredPicture, discard
from tickets.privacy.masking import masked

logger = logging.getLogger(__name__)

MOST_FILES = 5
SCANNED_AT_ONCE = 64 * 1024
# What tells the types apart stands at the beginning; the codecs of a WebM a little later
HEAD = 8192
EXTENSIONS = {
    "application/pdf": "pdf", "video/mp4": "mp4", "video/webm": "webm", "video/quicktime": "mov",
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/wav": "wav", "audio/webm": "weba",
}  # fmt: skip
# Brands of ISO media files. Others share the box and are something else: HEIC and AVIF are pictures
VIDEO_BRANDS = re.compile(rb"iso[m2-9]|mp4[12]|avc1|M4V.|MSNV|dash|mmp4|f4v |XAVC|3g[p2].")
AUDIO_BRANDS = (b"M4A ", b"M4B ")
# QuickTime files from before there were brands
QUICKTIME_BOXES = (b"moov", b"mdat", b"wide")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]")


class BadFile(Exception):
    """The file is not taken; the message says why."""


class FileTooLarge(BadFile):
    pass


class NotChecked(Exception):
    """The virus scanner could not check the file, so it is refused; the message says so."""


@dataclass
class StoredFile:
    """A file in the storage; `digest` is of its bytes. `used` turns true when a message refers to it."""

    name: str
    type: str
    size: int
    stored: str
    digest: str
    used: bool = False


@dataclass
class MessageFiles:
    """Picture and files of a message that is about to be written."""

    picture: StoredPicture | None = None
    files: Sequence[StoredFile] = ()
    digest: str = field(init=False)

    def __post_init__(self):
        digests = [self.picture.digest if self.picture else "", *(file.digest for file in self.files)]
        self.digest = "\0".join(digests)

    def __bool__(self):
        return bool(self.picture or self.files)


@contextmanager
def received_files(uploads: Sequence, beside=None) -> Iterator[list[StoredFile]]:
    """Store uploaded files for the block; delete those that no message of the block refers to.

    `beside` is the picture of the same request. Raise BadFile or NotChecked before anything is stored,
    NoRoom on a full disk.
    """
    types = _types(uploads, beside)
    if settings.CLAMAV_URL:
        for upload in uploads:
            _scan(upload)
    files: list[StoredFile] = []
    finished = False
    try:
        for upload, type_ in zip(uploads, types, strict=True):
            files.append(_stored(upload, type_))
        yield files
        finished = True
    finally:
        discard(*(file.stored for file in files if not (finished and file.used)))


def _types(uploads: Sequence, beside) -> list[str]:
    if not uploads:
        return []
    if len(uploads) > MOST_FILES:
        raise BadFile(_("Please send at most %(count)s files at once.") % {"count": MOST_FILES})
    most = settings.FILE_MAX_BYTES
    for upload in uploads:
        if upload.size > most:
            name = plain_name(upload.name)
            raise FileTooLarge(
                _("%(name)s is larger than %(most)s. Please send a smaller file.")
                % {"name": name, "most": megabytes(most)}
            )
    if sum(upload.size for upload in [*uploads, *filter(None, [beside])]) > settings.FILES_MAX_BYTES:
        raise FileTooLarge(
            _("These files are larger than %(most)s together.")
            % {"most": megabytes(settings.FILES_MAX_BYTES)}
        )
    return [_type(upload) for upload in uploads]


def _scan(upload) -> None:
    """Raise BadFile for a file in which the scanner finds something, NotChecked where it cannot tell."""
    name = plain_name(upload.name)
    try:
        found = clamd.scan(settings.CLAMAV_URL, upload.chunks(SCANNED_AT_ONCE))
    except clamd.ScannerUnavailable as reason:
        logger.warning("files: the virus scanner gave no verdict (%s)", reason)
        raise NotChecked(
            _("We could not check %(name)s for viruses, so it was not sent. Please try again later.")
            % {"name": name}
        ) from reason
    finally:
        upload.seek(0)
    if found:
        logger.warning("files: the virus scanner found %s", found)
        raise BadFile(_("%(name)s was not taken: our virus scanner refused it.") % {"name": name})


def _type(upload) -> str:
    upload.seek(0)
    head = upload.read(HEAD)
    upload.seek(0)
    found = type_of(head)
    if not found:
        name = plain_name(upload.name)
        raise BadFile(
            _("%(name)s is not a file that we take. Please send a PDF, a video or a recording.")
            % {"name": name}
        )
    return found


def type_of(head: bytes) -> str:
    """Return the media type that the first bytes of a file tell; empty for one that we do not take."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        if b"webm" not in head[:64]:
            return ""
        return "video/webm" if re.search(rb"V_(VP8|VP9|AV1)", head) else "audio/webm"
    if head.startswith(b"OggS"):
        return "" if b"theora" in head[:64] else "audio/ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return "audio/mpeg"
    return _iso_media(head[4:8], head[8:12])


def _iso_media(box: bytes, brand: bytes) -> str:
    if box in QUICKTIME_BOXES or (box == b"ftyp" and brand == b"qt  "):
        return "video/quicktime"
    if box != b"ftyp":
        return ""
    if brand in AUDIO_BRANDS:
        return "audio/mp4"
    return "video/mp4" if VIDEO_BRANDS.fullmatch(brand) else ""


def _is_mp3_frame(head: bytes) -> bool:
    """Return whether the first four bytes are the header of a frame: layer III, and no reserved value."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    version, rate, frequency = (head[1] >> 3) & 3, head[2] >> 4, (head[2] >> 2) & 3
    return version != 1 and rate not in (0, 15) and frequency != 3


def _stored(upload, type_: str) -> StoredFile:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    random = uuid.uuid4().hex
    stored = f"files/{random[:2]}/{random}.{EXTENSIONS[type_]}"
    try:
        default_storage.save(stored, upload)
    except OSError as reason:
        with suppress(OSError):
            discard(stored)
        if reason.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise NoRoom(_("We can't store files right now. You can still send text.")) from reason
        raise
    return StoredFile(plain_name(upload.name), type_, upload.size, stored, digest.hexdigest())


def plain_name(name: str) -> str:
    """Return a file's name as it can be shown and stored: one line, without paths, cards masked."""
    name = masked(UNPRINTABLE.sub("", name or "")).strip() or "file"
    if len(name) <= 120:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:120]
    return f"{stem[: 119 - len(extension)]}.{extension}"


def megabytes(size: int) -> str:
    """Return a size as people say it."""
    return f"{size // (1024 * 1024)} MB"
