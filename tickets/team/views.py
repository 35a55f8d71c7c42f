"""What anyone may load of the shop's settings."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

from tickets.settings.in_force import current

from ..pictures import uploads


@require_safe
def logo(request):
    """The shop's logo; a new one has a new address (`?v=`), so that browsers may keep it."""
    name = current().logo
    try:
        file = default_storage.open(name) if name else None
    except OSError:
        file = None
    if file is None:
        raise Http404
    response = FileResponse(file, content_type=uploads.content_type(name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = "public, max-age=86400"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
