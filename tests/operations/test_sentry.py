"""What reaches Sentry of an error: enough to find the line, nothing that a customer wrote."""

import json

import pytest

from supportdesk.observability import sentry

sentry_sdk = pytest.importorskip("sentry_sdk")
SECRET_WORDS = ("quince", "priya@example.com", "4111", "sessionid", "Bearer", "203.0.113")


@pytest.fixture
def events(monkeypatch):
    """What would have been sent; the SDK is set up as in a desk with SENTRY_DSN."""
    sent = []

    class Kept(sentry_sdk.transport.Transport):
        def capture_envelope(self, envelope):
            sent.append(envelope.get_event())

    real = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: real(transport=Kept, **options))
    sentry.start("https://key@sentry.example/1")
    yield sent
    real(dsn="")


def test_an_error_of_a_request_leaves_without_words_names_and_addresses(events, rf):
    def view(request, text):
        email = f"{text} for {request.POST['email']}"
        raise ValueError(f"cannot read {email}")

    request = rf.post(
        "/api/chat/message?q=quince",
        {"email": "priya@example.com", "message": "The quince jelly, card 4111 1111 1111 1111"},
        headers={"Authorization": "Bearer eyJhbGciOi.x.y", "Cookie": "sessionid=abc"},
        REMOTE_ADDR="203.0.113.7",
    )
    try:
        view(request, "quince jelly")
    except ValueError as reason:
        sentry_sdk.set_user({"email": "priya@example.com"})
        sentry_sdk.add_breadcrumb(message="quince")
        sentry_sdk.capture_exception(reason)
    (event,) = events
    said = json.dumps(event)
    assert [word for word in SECRET_WORDS if word in said] == []
    exception = event["exception"]["values"][0]
    assert exception["type"] == "ValueError"
    assert exception["stacktrace"]["frames"][-1]["function"] == "view"


def test_facts_about_the_program_are_sent(events):
    try:
        raise NameError("name 'tikcet' is not defined")
    except NameError as reason:
        sentry_sdk.capture_exception(reason)
    assert events[0]["exception"]["values"][0]["value"] == "name 'tikcet' is not defined"


def test_only_the_template_of_a_log_line_is_sent(events):
    sentry_sdk.capture_event(
        {"level": "error", "logentry": {"message": "e-mail to %s failed", "params": ["priya@example.com"]}}
    )
    assert events[0]["logentry"] == {"message": "e-mail to %s failed"}
