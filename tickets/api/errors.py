"""Every refusal as JSON with the fitting status: {"detail", "code"} or {"<field>": [...]}."""

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from supportdesk.http.uploads import NoRoomForUpload
from tickets import rate_limits, workflow
from tickets.files import attachments
from tickets.lists import inbox
from tickets.pictures import uploads

from . import serializers


def handle(reason: Exception, context: dict) -> Response | None:
    """DRF's exception handler: the desk's own exceptions, then DRF's; None lets Django answer 500."""
    match reason:
        case workflow.StaleReply(missed=missed):
            messages = serializers.messages_json(missed, reason.ticket, agent=True)
            return _answer(409, reason, "stale", messages=messages)
        case workflow.Mismatch():
            return _answer(409, reason, "client_id_used")
        case workflow.StepRefused():
            return _answer(409, reason, "step_refused", step=reason.step)
        case workflow.IllegalMove():
            return _answer(409, reason, "illegal_move")
        case workflow.Refused():
            return _answer(400, reason, "refused")
        case uploads.BadPicture():
            return Response({"image": [str(reason)]}, status=400)
        case attachments.FileTooLarge():
            return _answer(413, reason, "too_large")
        case attachments.BadFile():
            return Response({"file": [str(reason)]}, status=400)
        case attachments.NotChecked():
            return _answer(503, reason, "not_checked", headers={"Retry-After": "60"})
        case uploads.TooBusy():
            return _answer(503, reason, "busy", headers={"Retry-After": "10"})
        case uploads.NoRoom():
            return _answer(507, reason, "no_room")
        case inbox.BadFilter():
            return _answer(400, reason, "bad_filter")
        case rate_limits.TooMany():
            return _answer(429, reason, "too_many", headers={"Retry-After": str(reason.seconds)})
        case NoRoomForUpload():
            return _answer(507, reason, "no_room")
        case UnreadablePostError():
            return _answer(400, "The request was cut off.", "cut_off")
        case RequestDataTooBig():
            return _answer(413, "This is too long for us. Please send less at once.", "too_large")
        case SuspiciousOperation():
            return _answer(400, "This form has more fields than any of ours.", "bad_request")
    response = exception_handler(reason, context)
    if response is not None and not isinstance(reason, ValidationError):
        _name_the_code(response, reason)
    elif response is not None and isinstance(response.data, dict):
        response.data = {field: _sentences(errors) for field, errors in response.data.items()}
    elif response is not None and isinstance(response.data, list):
        response.data = {"detail": " ".join(map(str, response.data)), "code": "invalid"}
    return response


def _sentences(errors) -> list[str]:
    """Return the errors of a field and of its nested values as one list."""
    if isinstance(errors, dict):
        return [sentence for each in errors.values() for sentence in _sentences(each)]
    if isinstance(errors, list):
        return [sentence for each in errors for sentence in _sentences(each)]
    return [errors]


def _answer(code: int, reason, name: str, headers: dict | None = None, **more) -> Response:
    return Response({"detail": str(reason), "code": name} | more, status=code, headers=headers)


def _name_the_code(response: Response, reason) -> None:
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    name = getattr(detail, "code", None) or (
        "not_found" if response.status_code == status.HTTP_404_NOT_FOUND else "refused"
    )
    sentence = str(detail or reason)
    response.data = {"detail": sentence if sentence.endswith(".") else f"{sentence}.", "code": name}
