"""The shop's own data over the API: one row by PUT, GET or DELETE, or up to 1,000 lines at once."""

import json

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    parser_classes,
    permission_classes,
)
from rest_framework.exceptions import APIException, NotFound, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from tickets import rate_limits

from ..shop import registry, writing
from ..shop.authentication import KeyAuthentication, ShopScope
from . import schema
from .parsers import read_object

MOST_LINES = 1000
NDJSON = "application/x-ndjson"

SCOPE = OpenApiResponse(
    schema.RefusalSerializer, "The key has not the scope for this, or the token is a person's."
)
CALL = schema.CALLER | {403: SCOPE}


def for_shops(view):
    """A call of other software, with a service key."""
    view = authentication_classes([KeyAuthentication])(view)
    return permission_classes([ShopScope])(view)


class TooManyLines(APIException):
    status_code, default_code = 413, "too_many_lines"
    default_detail = f"A batch has at most {MOST_LINES:,} lines."


# --- One row -----------------------------------------------------------------


def view_of(kind: registry.Kind):
    """Return the view of `/api/shop/<kind>/<key>`."""
    methods = ["GET", "PUT", *(["DELETE"] if kind.hidden_by else [])]

    @api_view(methods)
    @for_shops
    def row(request, key):
        rate_limits.consume(request, "shop call")
        # A slash inside belongs to the key ("2026/117"), one at the end to the address
        key = key.removesuffix("/")
        if request.method == "GET":
            return Response(_stored(kind, key))
        if request.method == "DELETE":
            return _hidden(kind, key)
        return _put(kind, key, request.data)

    singular = kind.name.removesuffix("s").capitalize()
    path_key = OpenApiParameter("key", str, OpenApiParameter.PATH, description=f"The {kind.key}.")
    shape = _stored_serializer(kind, singular)
    row = extend_schema(
        operation_id=f"get{singular}",
        methods=["GET"],
        tags=["shop"],
        parameters=[path_key],
        description=f"What is stored of {kind.name} with this {kind.key}.",
        responses={200: shape, **CALL, 404: schema.ABSENT},
    )(row)
    row = extend_schema(
        operation_id=f"put{singular}",
        methods=["PUT"],
        tags=["shop"],
        parameters=[path_key],
        description="Store it: an absent key stays as it is, null empties. Older than what is stored "
        "(`updatedAt`) changes nothing and answers `applied: false`.",
        request=kind.serializer,
        responses={200: shape, 201: shape, **CALL, 409: schema.CLASH},
    )(row)
    if kind.hidden_by:
        row = extend_schema(
            operation_id=f"delete{singular}",
            methods=["DELETE"],
            tags=["shop"],
            parameters=[path_key],
            description="Hide it from customers. A later PUT may show it again.",
            responses={204: None, **CALL, 404: schema.ABSENT},
        )(row)
    return row


def _stored(kind: registry.Kind, key: str) -> dict:
    row = registry.one(kind, key)
    if row is None:
        raise NotFound(f"No {kind.key} {key[:80]} is stored.")
    return kind.as_json(row)


def _hidden(kind: registry.Kind, key: str) -> Response:
    if not writing.hide(kind, key):
        raise NotFound(f"No {kind.key} {key[:80]} is stored.")
    return Response(status=204)


def _put(kind: registry.Kind, key: str, body: dict) -> Response:
    put = writing.Put(kind, key, body)
    writing.write([put])
    if put.status == 409 and put.errors:
        return Response({"detail": put.errors["detail"][0], "code": "conflict"}, status=409)
    if put.errors:
        raise ValidationError(put.errors)
    return Response(kind.as_json(put.row) | {"applied": put.applied}, status=put.status)


def _stored_serializer(kind: registry.Kind, singular: str):
    more = {kind.key: serializers.CharField(), "applied": serializers.BooleanField(required=False)}
    return type(f"Stored{singular}Serializer", (kind.serializer,), more)


# --- Many --------------------------------------------------------------------


class LinesParser(BaseParser):
    """Hands on the bytes of a body of lines, whatever its sender calls their type."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None):
        return stream.read()


class AnswerLine(serializers.Serializer):
    """One line of the answer to a batch."""

    line = serializers.IntegerField()
    put = serializers.CharField(allow_null=True)
    status = serializers.IntegerField()
    applied = serializers.BooleanField()
    # The name is the API's; the serializer's own `errors` is not asked for, as it describes answers only
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


@extend_schema(
    operation_id="putBatch",
    tags=["shop"],
    description=f'Up to {MOST_LINES:,} lines `{{"put": "orders/VP-1", "body": {{...}}}}`. The answer has a '
    "line for each, in their order; a bad line stops no other.",
    request={NDJSON: OpenApiTypes.STR},
    responses={(200, NDJSON): AnswerLine, **CALL},
)
@api_view(["POST"])
@for_shops
@parser_classes([LinesParser])
def batch(request):
    """Store up to 1,000 rows of any kind at once."""
    rate_limits.consume(request, "shop batch")
    lines = _lines(request.data)
    puts = {number: _read(number, line) for number, line in lines}
    writing.write([put for put in puts.values() if isinstance(put, writing.Put)])
    answers = [_answer(number, put) for number, put in puts.items()]
    body = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
    return HttpResponse(body, content_type=NDJSON)


def _lines(body: bytes) -> list[tuple[int, bytes]]:
    """Return the lines that are not blank, with their numbers."""
    if not isinstance(body, bytes):
        raise ParseError("Send lines of JSON.")
    lines = [(number, line) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise TooManyLines
    return lines


def _read(number: int, line: bytes) -> writing.Put | dict:
    """Return the put that a line asks for, or the answer that refuses it."""
    target = None
    try:
        asked = read_object(line)
        target = asked.get("put") if isinstance(asked.get("put"), str) else None
        name, _, key = (target or "").partition("/")
        kind = registry.KINDS.get(name)
        if not kind:
            raise ParseError(f'"put" reads as in "orders/VP-1"; the kinds are {", ".join(registry.KINDS)}.')
        if not isinstance(asked.get("body"), dict):
            raise ParseError('"body" is a JSON object.')
    except ParseError as reason:
        return {"line": number, "put": target, "status": 400, "applied": False, "detail": str(reason)}
    return writing.Put(kind, key, asked["body"], line=number)


def _answer(number: int, put: writing.Put | dict) -> dict:
    if isinstance(put, dict):
        return put
    answer = {
        "line": number,
        "put": f"{put.kind.name}/{put.key}",
        "status": put.status,
        "applied": put.applied,
    }
    if put.errors:
        answer |= {"errors": put.errors, "detail": writing.in_words(put.errors), "code": "invalid"}
    return answer
