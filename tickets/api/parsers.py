"""JSON as the standard has it (no NaN, no numbers beyond floats, no nesting without end), and forms in UTF-8."""

import json
import math
from urllib.parse import parse_qsl

from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import ParseError, ValidationError

from supportdesk.http.multipart import BYTES

# Whole numbers that a database column can hold
DIGITS = 18

# The field that may have several files
MANY = "file"
BROKEN = "Something in this text was broken on its way: it is not encoded in UTF-8."


class FormParser(parsers.FormParser):
    """Read the fields of a form; what is not UTF-8 is a 400 rather than another text."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            sent = stream.read().decode()
            parse_qsl(sent, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise ParseError(BROKEN) from None
        return QueryDict(sent)


class MultiPartParser(parsers.MultiPartParser):
    """Read fields and files; a field that is not UTF-8 is a 400 rather than another text."""

    def parse(self, stream, media_type=None, parser_context=None):
        # Django puts a sign of its own in the place of what it cannot decode; so every byte becomes a sign first
        form = super().parse(stream, media_type, parser_context | {"encoding": BYTES})
        fields = QueryDict(mutable=True)
        try:
            for name, values in form.data.lists():
                fields.setlist(_decoded(name), [_decoded(value) for value in values])
        except UnicodeDecodeError:
            raise ParseError(BROKEN) from None
        for name, files in form.files.lists():
            # The last would be taken, and the others dropped without a word
            if len(files) > 1 and name != MANY:
                raise ValidationError(
                    {name: ["Send one at a time: each further one is a message of its own."]}
                )
        return parsers.DataAndFiles(fields, form.files)


class JSONParser(parsers.JSONParser):
    """Read a JSON body; whatever cannot be read is a 400 with a sentence."""

    def parse(self, stream, media_type=None, parser_context=None):
        return read_object(stream.read())


def read_object(raw: bytes) -> dict:
    """Return the JSON object that these bytes are. Raise ParseError with a sentence."""
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text, parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
    except UnicodeDecodeError:
        raise ParseError("This is not encoded in UTF-8.") from None
    except RecursionError:
        raise ParseError("This JSON is nested too deeply.") from None
    except ValueError as reason:
        raise ParseError(f"This is not JSON: {reason}.") from None
    if not isinstance(data, dict):
        raise ParseError("Send a JSON object.")
    if "\\u" in text and _has_half_characters(data):
        raise ParseError("There is half a character in this text (a lone surrogate).")
    return data


def _decoded(value: str) -> str:
    return value.encode(BYTES).decode()


def _refuse(constant):
    raise ValueError(f"{constant} is no number in JSON")


def _finite(text):
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large")
    return number


def _whole(text):
    if len(text) > DIGITS:
        raise ValueError(f"{text[:DIGITS]}... is too large")
    return int(text)


def _has_half_characters(data) -> bool:
    """Such text can be neither stored nor sent back, not even in the sentence that refuses it."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
