"""A stored file as a download: never shown in the page, whatever it claims to be."""

from django.core.files.storage import default_storage
from django.http import FileResponse

from tickets.models import Attachment

# A slow client then holds memory, not a thread
BLOCK = 8 * 1024 * 1024


def answer(attachment: Attachment) -> FileResponse:
    """Return the attachment for those who may have it. Raise OSError when the storage does not give it."""
    file = default_storage.open(attachment.file.name)
    response = FileResponse(
        file, as_attachment=True, filename=attachment.name, content_type=attachment.type
    )
    response.block_size = BLOCK
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Whose file it is decides who may have it: a shared cache must not keep it
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Vary"] = "Authorization, Cookie"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
