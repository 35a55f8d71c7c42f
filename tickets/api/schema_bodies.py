"""What bodies look like in the schema: JSON, multipart beside it where there is a picture, and nothing that is refused.

drf-spectacular lists every parser for every body, with one shape for all of them: generators of
clients then make three classes of one name, and pictures that are text in JSON.
"""

import copy

JSON, MULTIPART = "application/json", "multipart/form-data"
METHODS = ("post", "put", "patch")
# What a text may hold: everything but NUL; and where it must not be blank, something visible
ANY_TEXT, SOME_TEXT = r"^[^\x00]*$", r"^[^\x00]*[^\s\x00][^\x00]*$"
# Digits of a whole number in JSON, see `parsers`
LARGEST = 10**18 - 1
BLANKS = {"#/components/schemas/BlankEnum", "#/components/schemas/NullEnum"}


# openapi-python-client 0.29 imports what an optional body needs only with an optional parameter,
# and takes a body of two kinds for optional. The desk reads this one with every call
REQUEST_ID = {
    "in": "header",
    "name": "X-Request-ID",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
    "description": "Stands in the log lines of this call and on its answer.",
}


def with_bodies(result, generator, request, public):
    """Declare each body once as JSON, and once as a form of its own where it has a file."""
    schemas = result["components"]["schemas"]
    forms: dict[str, str] = {}
    for operation in _operations(result):
        content = operation.get("requestBody", {}).get("content", {})
        name = content.get(JSON, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if not name:
            continue
        operation["requestBody"]["content"] = {JSON: {"schema": _reference(name)}}
        if name in forms or _files_of(schemas[name]):
            if name not in forms:
                forms[name] = f"{name.removesuffix('Request')}Form"
                schemas[forms[name]] = _form_beside(schemas[name])
            operation["requestBody"]["content"][MULTIPART] = {"schema": _reference(forms[name])}
            operation["requestBody"]["required"] = True
            operation.setdefault("parameters", []).append(REQUEST_ID)
    for name, shape in schemas.items():
        _without_blanks(shape)
        if name.endswith(("Request", "Form")):
            for field in shape.get("properties", {}).values():
                _narrow(field)
    for unused in BLANKS:
        schemas.pop(unused.rpartition("/")[2], None)
    if contact := schemas.get("ContactRequest"):
        # A name, and one way to be reached
        contact["minProperties"] = 2
    return result


def _operations(result):
    for path in result["paths"].values():
        yield from (path[method] for method in METHODS if method in path)


def _reference(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def _is_file(field: dict) -> bool:
    return field.get("format") == "binary" or field.get("items", {}).get("format") == "binary"


def _files_of(shape: dict) -> list[str]:
    return [name for name, field in shape.get("properties", {}).items() if _is_file(field)]


def _form_beside(shape: dict) -> dict:
    """Take the files out of a body, which is JSON then, and return the form that has them."""
    form = copy.deepcopy(shape)
    for name in _files_of(shape):
        form["properties"][name].pop("nullable", None)
        del shape["properties"][name]
    _require_words(shape)
    return form


def _without_blanks(shape) -> None:
    """Say `nullable` and no more where a choice may be null or empty, in answers and bodies alike."""
    if isinstance(shape, list):
        for each in shape:
            _without_blanks(each)
    elif isinstance(shape, dict):
        for several in ("oneOf", "anyOf"):
            kept = [each for each in shape.get(several, []) if each.get("$ref") not in BLANKS]
            if several in shape and len(kept) != len(shape[several]):
                del shape[several]
                shape |= {"allOf": kept} if len(kept) == 1 else {several: kept}
                shape["nullable"] = True
        for each in shape.values():
            _without_blanks(each)


def _require_words(shape: dict) -> None:
    """Without a picture a message has text."""
    if "message" in shape["properties"]:
        shape["required"] = sorted({*shape.get("required", []), "message"})
        shape["properties"]["message"]["minLength"] = 1


def _narrow(field: dict) -> None:
    """Leave out what is refused: an empty default of a pattern, blank text, NUL, numbers without end."""
    may_be_blank = field.get("default") == ""
    if field.get("default") in ("", None):
        field.pop("default", None)
    for each in field.get("oneOf", []):
        if each.get("default") == "":
            del each["default"]
    if field.get("type") == "integer":
        field.setdefault("maximum", LARGEST)
    if field.get("type") != "string" or "enum" in field or _is_file(field):
        return
    if "pattern" in field and may_be_blank:
        field["pattern"] = f"^(?:{field['pattern'].removeprefix('^').removesuffix('$')})?$"
    elif "pattern" not in field and "format" not in field:
        field["pattern"] = SOME_TEXT if field.get("minLength") else ANY_TEXT
