"""What drf-spectacular cannot see by itself: who may call, how refusals look, and the streams."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse

from .serializers import RefusalSerializer, StaleSerializer

FIELD_ERRORS = {
    "type": "object",
    "description": "What is wrong with each field.",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}
BAD = OpenApiResponse(
    {"oneOf": [{"$ref": "#/components/schemas/Refusal"}, FIELD_ERRORS]},
    "This cannot be done with what was sent.",
)
NO_TOKEN = OpenApiResponse(RefusalSerializer, "Missing or invalid access token.")
ABSENT = OpenApiResponse(RefusalSerializer, "There is none, or none for the caller.")
CLASH = OpenApiResponse(
    RefusalSerializer, "The ticket does not allow it now, or the clientId was used for something else."
)
STALE = OpenApiResponse(
    StaleSerializer,
    "The ticket does not allow it now, or the customer wrote again: then `messages` holds what was missed.",
)

DENIED = OpenApiResponse(RefusalSerializer, "Not for a service key.")
TOO_LARGE = OpenApiResponse(RefusalSerializer, "What was sent is larger than this call takes.")
OTHER_KIND = OpenApiResponse(RefusalSerializer, "What was sent is neither JSON nor a form.")
TOO_MANY = OpenApiResponse(RefusalSerializer, "Too many of these; `Retry-After` says in how many seconds.")

# How a call may be refused: one for anybody, one of the caller's, one about a thing, one that changes it
OPEN = {400: BAD, 413: TOO_LARGE, 415: OTHER_KIND, 429: TOO_MANY}
CALLER = OPEN | {401: NO_TOKEN}
THING = CALLER | {404: ABSENT}
CHANGE = THING | {409: CLASH}

EVENTS = """
Server-sent events. A message is `id: <place>`, `event: message` and the message's JSON; other events are
`ticket`, `read`, `typing` and `presence`. With `Last-Event-ID` the stream goes on after that place.
"""


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "tickets.accounts.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class KeyScheme(BearerScheme):
    target_class = "tickets.shop.authentication.KeyAuthentication"
    name = "serviceKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


class NoScheme(OpenApiAuthenticationExtension):
    target_class = "tickets.accounts.tokens.NoAuthentication"
    name: list[str] = []

    def get_security_requirement(self, auto_schema):
        return None

    def get_security_definition(self, auto_schema):
        return ()


def only_the_api(endpoints):
    """The widget's fragments are DRF views as well, and not part of the API."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/")]


def with_streams(result, generator, request, public):
    """Add the streams, which are plain async views."""
    result["paths"] |= {
        "/api/support/{ticket_id}/events": _stream(
            "streamTicket", "What happens on one ticket.", "ticket_id"
        ),
        "/api/support/admin/events": _stream("streamInbox", "What happens on the whole desk, for agents."),
    }
    return result


def _stream(name: str, summary: str, *in_path: str) -> dict:
    places = [("path", each) for each in in_path] + [("header", "Last-Event-ID")]
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": EVENTS.strip(),
            "parameters": [
                {"in": place, "name": each, "required": place == "path", "schema": {"type": "string"}}
                for place, each in places
            ],
            "tags": ["support"],
            "security": [{"bearer": []}],
            "responses": {
                "200": _answer("The stream.", "text/event-stream", {"type": "string"}),
                "401": _answer(str(NO_TOKEN.description), "application/json", BAD.response["oneOf"][0]),
                "404": _answer(str(ABSENT.description), "application/json", BAD.response["oneOf"][0]),
            },
        }
    }


def _answer(description: str, content_type: str, shape: dict) -> dict:
    return {"description": description, "content": {content_type: {"schema": shape}}}
