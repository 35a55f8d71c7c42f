"""Uploaded files keep their place whatever their names are, and headers with odd parameters are read.

Django skips a part of a form whose file name is not UTF-8, is `..` or ends in `/`, and
the request goes on without its file: a picture was dropped and the answer was 201.
Names mean nothing to the desk (the bytes decide), so such a file gets a plain one.

Python's parser raises TypeError for `boundary*0=a; boundary*=b`, Django's ValueError for
an unknown charset. In a Content-Type both were an error 500 before any view was asked.
"""

import codecs
import re
from typing import Any

from django.http import multipartparser
from django.http import request as django_request
from rest_framework import parsers, renderers
from rest_framework import request as api_request
from rest_framework.utils import mediatypes

NAMELESS = "file"
# The API reads a sign a byte, so as to see what is no UTF-8 (tickets.api.parsers)
BYTES = "latin-1"
# RFC 2231: filename*=charset'language'value
EXTENDED = re.compile(rb"filename\*\s*=\s*(?P<charset>[^'\s;]*)'[^;]*", re.IGNORECASE)

# What is replaced in it is no part of its stubs
_django: Any = multipartparser
_sanitize = multipartparser.MultiPartParser.sanitize_file_name
_parse_part = _django.parse_boundary_stream
_parse_parameters = _django.parse_header_parameters
# A parameter of RFC 2231: name*=, name*0=, name*0*=
ENCODED = re.compile(r";\s*[^;=*\s]*\*[^;]*")
ENCODED_FILE = re.compile(r";\s*filename\*", re.IGNORECASE)


def install() -> None:
    """Let every form parser of Django and DRF keep files of odd names."""
    _django.MultiPartParser.sanitize_file_name = _kept_name
    _django.parse_boundary_stream = _parse_readable_part
    readers: list[Any] = [_django, django_request, parsers, renderers, api_request, mediatypes]
    for reader in readers:
        reader.parse_header_parameters = parameters


def parameters(line: str) -> tuple[str, dict[str, str]]:
    """Return the value and the parameters of a header, without the encoded ones if those cannot be read."""
    try:
        return _parse_parameters(line)
    except (TypeError, ValueError, LookupError):
        value, found = _parse_parameters(ENCODED.sub("", line))
    if ENCODED_FILE.search(line):
        found.setdefault("filename", NAMELESS)
    return value, found


def _kept_name(parser, name: str) -> str:
    return _sanitize(parser, _in_utf8(name) if parser._encoding == BYTES else name) or NAMELESS


def _in_utf8(name: str) -> str:
    """Return the name that was read a sign a byte; one of an extended header is decoded already."""
    try:
        return name.encode(BYTES).decode()
    except UnicodeError:
        return name


def _parse_readable_part(stream, max_header_size: int):
    chunk = stream.read(max_header_size)
    end = chunk.find(b"\r\n\r\n")
    stream.unget(chunk if end < 0 else readable(chunk[:end]) + chunk[end:])
    kind, headers, stream = _parse_part(stream, max_header_size)
    disposition = headers.get("content-disposition")
    is_nameless = kind == multipartparser.FIELD and disposition[1].get("filename") == b""
    # Browsers send an empty part with an empty name for a file field that was left empty
    if is_nameless and (first := stream.read(1)):
        stream.unget(first)
        disposition[1]["filename"] = NAMELESS.encode()
        kind = multipartparser.FILE
    return kind, headers, stream


def readable(header: bytes) -> bytes:
    """Return the headers of a part in UTF-8, without an extended file name of an unknown charset."""
    return EXTENDED.sub(_known, header).decode(errors="replace").encode()


def _known(found: re.Match) -> bytes:
    try:
        codecs.lookup(found["charset"].decode("latin1") or "utf-8")
    except LookupError:
        return b'filename="%b"' % NAMELESS.encode()
    return found[0]
