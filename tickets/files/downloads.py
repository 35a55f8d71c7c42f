"""A stored file as a download: never shown as a page of ours, whatever it claims to be."""

import re
from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from tickets.models import Attachment

# A slow client then holds memory, not a thread
BLOCK = 8 * 1024 * 1024
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def answer(attachment: Attachment, asked: str = "") -> HttpResponseBase:
    """Return the attachment for those who may have it. Raise OSError when the storage does not give it.

    `asked` is the Range header: Safari plays a recording only from a server that answers 206.
    """
    part = _part(asked, attachment.size)
    if part is None:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{attachment.size}"
        return response
    file = default_storage.open(str(attachment.file))
    begin, end = part
    if end - begin == attachment.size:
        response = FileResponse(
            file, as_attachment=True, filename=attachment.name, content_type=attachment.type
        )
        response.block_size = BLOCK
    else:
        response = StreamingHttpResponse(_read(file, begin, end), status=206, content_type=attachment.type)
        response["Content-Length"] = str(end - begin)
        response["Content-Range"] = f"bytes {begin}-{end - 1}/{attachment.size}"
        response["Content-Disposition"] = content_disposition_header(True, attachment.name)
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Whose file it is decides who may have it: a shared cache must not keep it
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Vary"] = "Authorization, Cookie"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """Return from where to where: the whole file for a range that is not understood, None for one outside of it."""
    found = RANGE.fullmatch(asked.strip())
    if not found or found[0] == "bytes=-":
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) else None
    begin = int(first)
    end = min(int(last) + 1, size) if last else size
    return (begin, end) if begin < end else None


def _read(file, begin: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(begin)
        while begin < end and (chunk := file.read(min(BLOCK, end - begin))):
            begin += len(chunk)
            yield chunk
