"""What no form of the desk sends, sent to the desk's pages: a sentence and no error, on every engine."""

import pytest

from tests import factories
from tests.pages import page
from tickets.models import CannedReply

pytestmark = pytest.mark.engines

DEEP = "[" * 20_000


@pytest.mark.parametrize("odd", ["a\0b", DEEP, "\0"], ids=["NUL", "nested", "NUL alone"])
def test_an_odd_text_in_every_field_breaks_no_page_of_an_agent(odd, asha, priya, browse):
    agent, ticket = browse(asha), factories.ticket(priya)
    agent.raise_request_exception = False
    own = f"/support/{ticket.pk}/"
    forms = {
        own + "tags": ["add"],
        own + "notes": ["notes"],
        own + "reply": ["message", "clientId"],
        own + "template": ["name", "language", "variable", "clientId"],
        own + "later": ["message", "clientId"],
        own + "undo": ["token"],
        own + "merge": ["into"],
        "/support/bulk": ["ids", "changes"],
        "/support/views": ["name", "query"],
        "/support/canned/": ["shortcut", "title", "text-en"],
        "/support/account/push/remove/": ["endpoint"],
        "/support/account/sessions/end/": ["session"],
    }
    for path, fields in forms.items():
        for field in fields:
            sent = dict.fromkeys(fields, "x") | {field: odd}
            answer = agent.post(path, sent, headers={"X-Requested-With": "fetch"})
            assert answer.status_code < 500, (path, field)
    assert agent.post("/support/bulk", {"undo": odd}).status_code == 400
    assert agent.post("/support/account/push/", DEEP[:4000], "application/json").status_code == 400
    for path in ("/support/", "/support/rows", "/support/counts"):
        for name in ("q", "tag", "view", "status", "assigned", "order", "cursor"):
            assert agent.get(path, {name: odd[:3000]}).status_code < 500, (path, name)


def test_a_canned_reply_with_a_sign_that_no_database_takes_is_refused_over_the_api(asha, api):
    body = {"shortcut": "hi", "title": "Hi", "text": {"en": "a\0b"}}
    answer = api(asha).post("/api/canned/", body, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["text"])
    assert api(asha).get("/api/support/admin/", {"tag": "a\0b"}).json()["code"] == "bad_filter"


def test_a_refused_canned_reply_keeps_what_was_typed(asha, browse):
    agent = browse(asha)
    form = {
        "shortcut": "two words",
        "title": "Refund <soon>",
        "text-en": "Dear {{customer.firstName}}",
        "shared": "1",
    }
    answer = agent.post("/support/canned/", form)
    assert answer.status_code == 400
    assert "A shortcut is one word" in answer.text
    new = page(answer).one("form", action="/support/canned/")
    assert form.items() <= new.fields().items()
    assert agent.post("/support/canned/", form | {"shortcut": "refund"}).status_code == 302
    [reply] = CannedReply.objects.all()
    answer = agent.post(f"/support/canned/{reply.pk}", form | {"text-en": "", "title": "Other"})
    assert answer.status_code == 400
    shown = page(answer)
    own = shown.one("form", action=f"/support/canned/{reply.pk}").fields()
    assert (own["title"], own["shortcut"], own["text-en"]) == ("Other", "two words", "")
    assert shown.one("form", action="/support/canned/").fields()["title"] == ""
    reply.refresh_from_db()
    assert reply.title == "Refund <soon>"
