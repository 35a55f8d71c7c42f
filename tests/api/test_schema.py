"""The API's description: complete, sound, and true."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from hypothesis import HealthCheck, given, settings

from chatbot import conversations
from supportdesk.http import schema
from tests import factories
from tests.engines.plugin import undone
from tickets.accounts import tokens
from tickets.models import CannedReply, Macro, Rule, Scope
from tickets.shop import keys

# Every call of the contract, and the name under which client generators find it
OPERATIONS = """
POST  /api/auth/register                     register
POST  /api/auth/visitor                      createVisitor
POST  /api/auth/guest                        createGuest
POST  /api/auth/identify                     identify
POST  /api/auth/token                        signIn
POST  /api/auth/token/refresh                refreshTokens
POST  /api/auth/logout                       signOut
GET   /api/auth/me                           getMe
GET   /api/chat/                             getChat
POST  /api/chat/new                          beginChat
POST  /api/chat/message                      askVilly
POST  /api/chat/message/{answer_id}/helped   rateAnswer
POST  /api/support/create                    createTicket
GET   /api/support/                          listOwnTickets
GET   /api/support/{ticket_id}               getOwnTicket
GET   /api/support/{ticket_id}/messages      listMessages
POST  /api/support/{ticket_id}/message       sendMessage
POST  /api/support/{ticket_id}/read          markRead
POST  /api/support/{ticket_id}/typing        tellTyping
POST  /api/support/{ticket_id}/callback      requestCallback
POST  /api/support/{ticket_id}/confirm       confirmSolved
GET   /api/support/{ticket_id}/events        streamTicket
GET   /api/support/admin/                    listTickets
GET   /api/support/admin/{ticket_id}         getTicket
PATCH /api/support/admin/{ticket_id}         changeTicket
POST  /api/support/admin/{ticket_id}/reply   reply
POST  /api/support/admin/{ticket_id}/read    markReadByAgents
POST  /api/support/admin/{ticket_id}/typing  tellAgentTyping
GET   /api/support/admin/events              streamInbox
POST  /api/auth/contact                      sendContactCode
POST  /api/auth/contact/confirm              confirmContactCode
POST  /api/support/{ticket_id}/transcript    sendTranscript
GET   /api/support/admin/{ticket_id}/templates listTemplates
POST  /api/support/admin/{ticket_id}/template sendTemplate
POST  /api/support/admin/bulk                changeTickets
POST  /api/support/admin/create              createForCaller
POST  /api/support/admin/{ticket_id}/macro  applyMacro
POST  /api/support/admin/{ticket_id}/withdraw  withdrawMessage
POST  /api/support/admin/{ticket_id}/merge   mergeTicket
DELETE /api/support/admin/{ticket_id}/merge  undoMerge
POST  /api/support/admin/{ticket_id}/split   splitTicket
DELETE /api/support/admin/{ticket_id}/split  undoSplit
GET   /api/macros/                           listMacros
GET   /api/rules/                            listRules
GET   /api/rules/{rule_id}                   getRule
GET   /api/custom-fields/                    listCustomFields
GET   /api/support/admin/{ticket_id}/followers getFollowers
POST  /api/support/admin/{ticket_id}/followers followTicket
DELETE /api/support/admin/{ticket_id}/followers unfollowTicket
GET   /api/team/                             getTeam
POST  /api/team/availability                 setAvailability
GET   /api/canned/                           listCannedReplies
POST  /api/canned/                           createCannedReply
GET   /api/canned/{reply_id}                 getCannedReply
PATCH /api/canned/{reply_id}                 changeCannedReply
DELETE /api/canned/{reply_id}                deleteCannedReply
GET   /api/shop/customers/{key}              getCustomer
PUT   /api/shop/customers/{key}              putCustomer
GET   /api/shop/orders/{key}                 getOrder
PUT   /api/shop/orders/{key}                 putOrder
GET   /api/shop/products/{key}               getProduct
PUT   /api/shop/products/{key}               putProduct
DELETE /api/shop/products/{key}              deleteProduct
GET   /api/shop/articles/{key}               getArticle
PUT   /api/shop/articles/{key}               putArticle
DELETE /api/shop/articles/{key}              deleteArticle
POST  /api/shop/batch                        putBatch
"""


@pytest.fixture(scope="module")
def description() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_description_is_valid_and_generated_without_a_warning(capsys):
    out = StringIO()
    call_command("spectacular", fail_on_warn=True, validate=True, stdout=out)
    assert out.getvalue().startswith("openapi: 3")


def test_every_call_is_described_under_a_name_of_its_own(description):
    found = {
        (method.upper(), path, operation["operationId"])
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }
    assert found == {tuple(line.split()) for line in OPERATIONS.strip().splitlines()}


def test_every_call_says_what_it_does_and_who_may_call_it(description):
    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            open_to_all = path.startswith("/api/auth/") and operation["operationId"] != "getMe"
            schemes = [{"bearer": []}, {"serviceKey": []}]
            assert any(each in schemes for each in operation.get("security", [])) or open_to_all, path
            assert ("401" in operation["responses"]) or open_to_all, path


def test_the_description_is_made_once_a_language_and_is_that_of_the_library(rf, client, db, monkeypatch):
    made, json_too = [], {"Accept": "application/json"}
    schema._schema.cache_clear()
    parse = SchemaGenerator.parse
    monkeypatch.setattr(
        SchemaGenerator, "parse", lambda self, *given: made.append(self) or parse(self, *given)
    )
    first, second = (client.get("/api/schema", headers=json_too) for _ in range(2))
    hindi = client.get("/api/schema", {"lang": "hi"}, headers=json_too)
    yaml = client.get("/api/schema")
    assert (first.status_code, hindi.status_code, len(made)) == (200, 200, 2)
    assert first.content == second.content
    assert yaml.content.startswith(b"openapi:")
    original = SpectacularAPIView.as_view(api_version="1")(rf.get("/api/schema", headers=json_too))
    assert original.render().content == first.content


def test_the_raw_description_and_the_page_to_browse_it_are_open(client, db):
    raw = client.get("/api/schema", headers={"Accept": "application/json"})
    assert json.loads(raw.content)["info"]["title"] == "supportdesk"
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "/api/schema" in client.get("/api/docs?script=").content.decode()
    # Nothing from elsewhere, and nothing inline that the policy would forbid
    assert "//cdn" not in page.content.decode()


# --- The answers are as described --------------------------------------------------

MODES = ("positive", "negative")
CALLS = [tuple(line.split()[:2]) for line in OPERATIONS.strip().splitlines() if "/events" not in line]


def _is_pointless(method: str, path: str, mode: str) -> bool:
    """Whether nothing can be wrong with what is sent (no body), or no tool can make it (lines of JSON)."""
    has_no_body = path == "/api/auth/visitor" or (path.startswith("/api/shop/") and method != "PUT")
    return path == "/api/shop/batch" or (has_no_body and mode == "negative")


CASES = [
    pytest.param(method, path, mode, id=f"{method} {path} {mode}")
    for method, path in CALLS
    for mode in MODES
    if not _is_pointless(method, path, mode)
]
app = get_wsgi_application()


@pytest.fixture(scope="module")
def described(description):
    """`described(method, path, mode)` makes cases of a call; `described.checks` look at the answers.

    Schemathesis is imported here and its pytest plugin is off: .4 s of processor in each process that collects tests.
    """
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    schema = schemathesis.openapi.from_dict(description)

    def cases(method: str, path: str, mode: str):
        return schema[path][method].as_strategy(generation_mode=schemathesis.GenerationMode(mode))

    cases.checks = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    return cases


@pytest.fixture
def _one_connection():
    """A request of its own would close the connection that holds what the test has not committed."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def _rule() -> Rule:
    macro = Macro.objects.create(name="Note", note="Look")
    return Rule.objects.create(name="Look", event="created", macro=macro)


@pytest.fixture
def real_ids(priya, asha) -> dict[str, str]:
    answer = conversations.ask(priya, "Package damaged")
    reply = CannedReply.objects.create(
        owner=asha, shortcut="hi", title="Greeting", texts={"en": "Hello"}, is_shared=True
    )
    return {
        "ticket_id": str(factories.ticket(priya).pk), "answer_id": str(answer.pk), "reply_id": str(reply.pk),
        "key": "VP-1", "rule_id": str(_rule().pk),
    }  # fmt: skip


DESK = (
    "/api/support/admin/",
    "/api/canned/",
    "/api/macros/",
    "/api/rules/",
    "/api/custom-fields/",
    "/api/team/",
)


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_every_answer_is_as_described(method, path, mode, described, real_ids, priya, asha):
    person = asha if path.startswith(DESK) else priya
    token = tokens.issue(person)["access"]
    if path.startswith("/api/shop/"):
        token = keys.create("Our shop", [Scope.SHOP_READ, Scope.SHOP_WRITE])[1]
    headers = {"Authorization": f"Bearer {token}"}

    @settings(
        max_examples=10,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described(method, path, mode))
    def answers_as_described(case):
        case.path_parameters = {name: real_ids[name] for name in case.path_parameters or {}}
        with undone():
            response = case.call(app=app, headers=headers, base_url="http://localhost")
        case.validate_response(response, checks=described.checks)

    answers_as_described()
