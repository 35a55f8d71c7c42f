"""JSON as the standard has it: no NaN, no numbers beyond floats, no nesting without end."""

import json
import math

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Read a JSON body; whatever cannot be read is a 400 with a sentence."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = json.loads(
                stream.read().decode("utf-8"), parse_constant=_refuse, parse_float=_finite
            )
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        except ValueError as reason:
            raise ParseError(f"This is not JSON: {reason}") from None
        if not isinstance(data, dict):
            raise ParseError("Send a JSON object.")
        return data


def _refuse(constant):
    raise ValueError(f"{constant} is no number in JSON")


def _finite(text):
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large")
    return number
