"""How the API says no: JSON with a status that fits, and a sentence that a person understands."""

import re

INTERNALS = re.compile(
    r"Traceback|Error\b|Exception|codec|0x[0-9a-f]|<class|instances of|recursion|NoneType|object at|sys\.|\bNone\b"
)


def refused(response, status: int, code: str = "", field: str = "") -> str:
    """Check that the response is a refusal with this status (and code, or field); return what it says."""
    assert response.status_code == status, f"{response.status_code} {response.content[:300]!r}"
    assert response["Content-Type"] == "application/json"
    data = response.json()
    if "detail" in data:
        assert {"detail", "code"} <= set(data) <= {"detail", "code", "messages"}, data
        assert re.fullmatch(r"[a-z_]+", data["code"])
        said = [data["detail"]]
    else:
        assert data
        assert all(isinstance(errors, list) and errors for errors in data.values()), data
        said = [sentence for errors in data.values() for sentence in errors]
    for sentence in said:
        assert re.fullmatch(r"\S+( \S+)+[.?]", sentence), f"no sentence: {sentence!r}"
        assert not INTERNALS.search(sentence), f"not for people: {sentence!r}"
    assert not code or data.get("code") == code, data
    assert not field or field in data, data
    return " ".join(said)
