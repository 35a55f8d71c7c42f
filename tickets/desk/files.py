"""Pictures and files, through the access check and in a sandbox."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from tickets import access
from tickets.accounts.tokens import person_of
from tickets.files import downloads
from tickets.pictures import uploads


@require_safe
def picture(request, message_id):
    """The picture of a message, full size."""
    return _served(request, message_id, "picture")


@require_safe
def thumbnail(request, message_id):
    """The picture of a message as its bubble shows it."""
    return _served(request, message_id, "thumbnail")


@require_safe
def attachment(request, attachment_id):
    """A file of a message, as a download."""
    asked = request.headers.get("Range", "")
    return _allowed(
        request, lambda person: downloads.answer(access.visible_attachment(person, attachment_id), asked)
    )


def _served(request, message_id, field: str):
    return _allowed(
        request, lambda person: _shown(getattr(access.visible_picture(person, message_id), field).name)
    )


def _allowed(request, answer):
    """Return `answer(person)` for the caller; refusals as JSON."""
    try:
        person = person_of(request)
    except APIException as reason:
        return JsonResponse(
            {"detail": gettext("Please sign in again."), "code": "token_not_valid"},
            status=reason.status_code,
        )
    if not person.is_authenticated:
        return JsonResponse({"detail": gettext("Please sign in."), "code": "not_authenticated"}, status=401)
    try:
        return answer(person)
    except (Http404, FileNotFoundError):
        return JsonResponse(
            {"detail": gettext("There is nothing here for you."), "code": "not_found"}, status=404
        )
    except OSError:
        detail = {
            "detail": gettext("This file cannot be shown just now. Please try again."),
            "code": "away",
        }
        return JsonResponse(detail, status=503, headers={"Retry-After": "5"})


def _shown(name: str) -> FileResponse:
    file = default_storage.open(name)
    response = FileResponse(file, content_type=uploads.content_type(name))
    response.block_size = downloads.BLOCK
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Whose picture it is decides who may see it: a shared cache must not
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Vary"] = "Authorization, Cookie"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
