"""Pictures, through the access check and in a sandbox."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, JsonResponse
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from tickets import access, uploads
from tickets.accounts.tokens import person_of

# Larger than a picture: a slow phone then holds memory, not a thread
BLOCK = 8 * 1024 * 1024


@require_safe
def picture(request, message_id):
    """The picture of a message, full size."""
    return _served(request, message_id, "picture")


@require_safe
def thumbnail(request, message_id):
    """The picture of a message as its bubble shows it."""
    return _served(request, message_id, "thumbnail")


def _served(request, message_id, field: str):
    try:
        person = person_of(request)
    except APIException as reason:
        return JsonResponse(
            {"detail": "Please sign in again.", "code": "token_not_valid"}, status=reason.status_code
        )
    if not person.is_authenticated:
        return JsonResponse({"detail": "Please sign in.", "code": "not_authenticated"}, status=401)
    try:
        name = getattr(access.visible_picture(person, message_id), field).name
        file = default_storage.open(name)
    except (Http404, FileNotFoundError):
        return JsonResponse({"detail": "There is nothing here for you.", "code": "not_found"}, status=404)
    except OSError:
        detail = {"detail": "This picture cannot be shown just now. Please try again.", "code": "away"}
        return JsonResponse(detail, status=503, headers={"Retry-After": "5"})
    response = FileResponse(file, content_type=uploads.content_type(name))
    response.block_size = BLOCK
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Whose picture it is decides who may see it: a shared cache must not
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Vary"] = "Authorization, Cookie"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
