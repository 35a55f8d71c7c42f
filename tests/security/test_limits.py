"""How often is too often: for every door, for the person and the address, in words, and then it goes on."""

import threading

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection, connections
from django.test import RequestFactory, override_settings

from tests import factories
from tests.assertions import refused
from tests.pages import page
from tickets import rate_limits, workflow
from tickets.accounts import second_factor
from tickets.models import RateLimitCounter

pytestmark = pytest.mark.all_engines

MORNING = 1_800_000_000
TIMES = 2


@pytest.fixture(autouse=True)
def at(settings, monkeypatch):
    """`at.now` is the moment; the limits are on."""

    class Clock:
        now = MORNING

    settings.RATE_LIMITS = True
    monkeypatch.setattr(rate_limits, "timestamp", lambda: Clock.now)
    monkeypatch.setattr(rate_limits, "_used_up", {})
    return Clock


@pytest.fixture
def cast(api, browse, priya, asha, meera, ticket):
    class Cast:
        pass

    Cast.api, Cast.browse, Cast.priya, Cast.asha, Cast.meera, Cast.ticket = (
        api,
        browse,
        priya,
        asha,
        meera,
        ticket,
    )
    Cast.guest = factories.guest()
    Cast.bearers = {}
    return Cast


def bearer(cast, person):
    """The same sign-in for every try: signing in is limited by itself."""
    return cast.bearers.setdefault(person.pk if person else None, cast.api(person))


def sign_in(cast):
    return bearer(cast, None).post("/api/auth/token", {"email": "asha@example.com", "password": "wrong"})


def sign_in_on_the_page(cast):
    return cast.browse().post("/support/login/", {"username": "asha@example.com", "password": "wrong"})


def sign_in_to_the_admin(cast):
    return cast.browse().post("/admin/login/", {"username": "asha@example.com", "password": "wrong"})


def sign_in_to_the_shop(cast):
    form = {"email": "asha@example.com", "password": "wrong"}
    return cast.browse().post("/shop/sign-in", form, content_type="application/json")


def enter_a_code(cast):
    second_factor_of(cast.asha)
    form = {"email": "asha@example.com", "password": factories.PASSWORD, "code": "000000"}
    return bearer(cast, None).post("/api/auth/token", form)


def enter_a_code_on_the_page(cast):
    second_factor_of(cast.asha)
    browser = cast.browse()
    browser.post("/support/login/", {"username": "asha@example.com", "password": factories.PASSWORD})
    return browser.post("/support/login/code/", {"code": "000000"})


def second_factor_of(person):
    if not second_factor.is_set_up(person):
        TOTP.activate(person, "JBSWY3DPEHPK3PXP")


def forget_the_password(cast):
    return cast.browse().post("/support/password/reset/", {"email": "asha@example.com"})


def ask(cast):
    return bearer(cast, cast.priya).post("/api/chat/message", {"message": "hello"})


def ask_in_the_widget(cast):
    return bearer(cast, cast.guest).post("/widget/messages", {"message": "hello"})


def asks(text, path="/api/chat/message"):
    return lambda cast: bearer(cast, cast.guest).post(path, {"message": text})


def customer(path, **data):
    def post(cast):
        sent = data | ({"image": factories.picture()} if "image" in data else {})
        form = "multipart" if "image" in data else "json"
        return bearer(cast, cast.priya).post(path.format(cast.ticket.pk), sent, format=form)

    return post


def agent(**data):
    return lambda cast: bearer(cast, cast.asha).post(
        f"/api/support/admin/{cast.ticket.pk}/reply", {"message": "Hello"} | data
    )


def reply_on_the_page(cast):
    return cast.browse(cast.asha).post(f"/support/{cast.ticket.pk}/reply", {"message": "Hello"})


def reply_by_script(cast):
    return cast.browse(cast.asha).post(
        f"/support/{cast.ticket.pk}/reply", {"message": "Hello"}, headers={"X-Requested-With": "fetch"}
    )


def suggested_reply(cast):
    """Ask a language model that is not there for a reply."""
    with override_settings(
        LLM_SUGGESTED_REPLIES=True, LLM_BASE_URL="http://127.0.0.1:9/v1", LLM_MODEL="tiny"
    ):
        return cast.browse(cast.asha).post(
            f"/support/{cast.ticket.pk}/suggestion", headers={"X-Requested-With": "fetch"}
        )


def spreadsheet(cast):
    form = {"action": "export_csv", "_selected_action": [str(cast.ticket.pk)]}
    return cast.browse(cast.meera).post("/admin/tickets/ticket/", form)


def everything_about(cast):
    return cast.browse(cast.meera).post(f"/admin/tickets/person/{cast.priya.pk}/data/", {"export": "1"})


def signed_out(path, **data):
    return lambda cast: bearer(cast, None).post(path, data)


# What is limited, at which address, how it is asked for, and what the refusal is: JSON, a page, or a line
DOORS = [
    ("sign in", sign_in, "json"),
    ("sign in", sign_in_on_the_page, "page"),
    ("sign in", sign_in_to_the_admin, "page"),
    ("sign in", sign_in_to_the_shop, "json"),
    ("second factor", enter_a_code, "json"),
    ("second factor", enter_a_code_on_the_page, "page"),
    ("reset a password", forget_the_password, "page"),
    ("register", signed_out("/api/auth/register", name="Zoya", email="zoya@example.com", password="x"), "json"),
    ("begin a chat", signed_out("/api/auth/visitor"), "json"),
    ("begin a chat", signed_out("/api/auth/guest", name="Ravi", email="ravi@example.com"), "json"),
    ("identify", signed_out("/api/auth/identify", token="x"), "json"),
    ("refresh", signed_out("/api/auth/token/refresh", refresh="x"), "json"),
    ("ask Villy", ask, "json"),
    ("ask Villy", ask_in_the_widget, "json"),
    ("get a code", asks("where is VP-10001"), "json"),
    ("get a code", asks("where is VP-10001", "/widget/messages"), "json"),
    ("enter a code", asks("482913"), "json"),
    ("enter a code", asks("my code is 482913", "/widget/messages"), "json"),
    ("write", customer("/api/support/{}/message", message="Hello?"), "json"),
    ("write", customer("/widget/messages", message="Hello?"), "json"),
    ("write", customer("/api/support/{}/callback", phone="+91 98765 43210"), "json"),
    ("write", customer("/widget/callback", phone="+91 98765 43210"), "json"),
    ("write", customer("/api/support/{}/confirm", rating=5), "json"),
    ("write", customer("/widget/rating", rating=5), "json"),
    ("write", customer("/widget/solved", solved="no"), "json"),
    ("write", customer("/widget/again"), "json"),
    ("open a ticket", customer("/api/support/create", message="Another box"), "json"),
    ("upload", customer("/api/support/{}/message", message="See", image=1), "json"),
    ("upload", customer("/api/support/create", message="See", image=1), "json"),
    ("upload", customer("/widget/messages", message="See", image=1), "json"),
    ("reply", agent(), "json"),
    ("reply", agent(internal=True), "json"),
    ("reply", reply_on_the_page, "page"),
    ("reply", reply_by_script, "line"),
    ("suggest a reply", suggested_reply, "line"),
    ("export", spreadsheet, "page"),
    ("export", everything_about, "page"),
]  # fmt: skip


# By tests/shop/test_keys.py and tests/chatbot/helpcentre/test_help_pages.py
ELSEWHERE = {"shop call", "shop batch", "rate an article"}


def test_every_limit_has_a_door_where_it_is_enforced():
    assert {use for use, *_ in DOORS} | ELSEWHERE == set(rate_limits.LIMITS)


# All windows of a limit at its first door, one at the others
FIRST = {use: door for use, door, _ in reversed(DOORS)}
WINDOWS = [
    (use, door, kind, window)
    for use, door, kind in DOORS
    for window in rate_limits.LIMITS[use][: None if FIRST[use] is door else 1]
]


@pytest.mark.parametrize(
    ("use", "door", "kind", "window"),
    WINDOWS,
    ids=[f"{use}-{kind}-{place}" for place, (use, _, kind, _) in enumerate(WINDOWS)],
)
def test_once_it_is_too_often_it_is_refused_in_words_until_the_window_ends(
    use, door, kind, window, cast, at, monkeypatch
):
    _, seconds, whose = window
    monkeypatch.setattr(
        rate_limits, "LIMITS", {name: [] for name in rate_limits.LIMITS} | {use: [(TIMES, seconds, whose)]}
    )
    at.now = MORNING - MORNING % seconds + seconds - 30
    assert [door(cast).status_code == 429 for _ in range(TIMES)] == [False] * TIMES
    for answer in (door(cast), door(cast)):
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "30"
        said = "Too many attempts. Please try again in 30 seconds."
        if kind == "json" and "shop" not in answer.request["PATH_INFO"]:
            assert refused(answer, 429, "too_many") == said
        elif kind == "json":
            assert answer.json() == {"detail": said, "code": "too_many"}
        elif kind == "page":
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert said in page(answer).text
        else:
            assert answer.content.decode() == said
    at.now += 30
    assert door(cast).status_code != 429


def test_a_refused_request_did_nothing(cast, monkeypatch):
    monkeypatch.setattr(
        rate_limits, "LIMITS", rate_limits.LIMITS | {"write": [(1, 60, rate_limits.PERSON)]}
    )
    say = customer("/api/support/{}/message", message="Hello?", image=1)
    assert [say(cast).status_code for _ in range(3)] == [201, 429, 429]
    assert cast.ticket.messages.filter(text="Hello?").count() == 1


# --- Whose uses they are ------------------------------------------------------


def taken(use="write", *, person=None, address="203.0.113.7", account="", **headers) -> bool:
    """Whether there was a use left for such a request."""
    request = RequestFactory().post("/", REMOTE_ADDR=address, headers=headers)
    if person:
        request.user = person
    try:
        rate_limits.consume(request, use, account=account)
    except rate_limits.TooMany:
        return False
    return True


@pytest.fixture
def only(db, monkeypatch):
    def set_only(*windows):
        monkeypatch.setattr(rate_limits, "LIMITS", {"write": list(windows), "sign in": list(windows)})

    return set_only


def test_a_person_is_limited_wherever_they_are_and_others_beside_them_are_not(only, priya, vikram):
    only((1, 60, rate_limits.PERSON))
    assert taken(person=priya)
    assert not taken(person=priya, address="198.51.100.9")
    assert taken(person=vikram)


def test_an_address_is_limited_for_all_its_people(only, priya, vikram):
    only((1, 60, rate_limits.ADDRESS))
    assert taken(person=priya)
    assert not taken(person=vikram)
    assert taken(person=vikram, address="198.51.100.9")


def test_an_account_is_locked_for_the_guesser_and_not_for_its_owner(only):
    only((1, 60, rate_limits.ACCOUNT_AND_ADDRESS))
    assert taken("sign in", account="asha@example.com")
    assert not taken("sign in", account=" ASHA@example.com")
    assert taken("sign in", account="rohan@example.com")
    assert taken("sign in", account="asha@example.com", address="198.51.100.9")


def test_guesses_from_everywhere_are_bounded_for_an_account(only):
    only((3, 60, rate_limits.ACCOUNT))
    tries = [
        taken("sign in", account="asha@example.com", address=f"198.51.100.{place}") for place in range(9)
    ]
    assert tries == [True] * 3 + [False] * 6


def test_an_ipv6_customer_has_one_allowance_for_the_whole_network(only):
    only((1, 60, rate_limits.ADDRESS))
    assert taken(address="2001:db8:1:1::1")
    assert not taken(address="2001:db8:1:1:ffff::2")
    assert taken(address="2001:db8:1:2::1")


def test_a_written_address_gives_no_new_limit(only):
    only((1, 60, rate_limits.ADDRESS))
    assert taken()
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "CF-Connecting-IP"):
        assert not taken(**{header: "198.51.100.9"})


@pytest.mark.parametrize("proxies", [1, 2])
def test_behind_proxies_the_address_is_what_the_outermost_trusted_one_saw(only, settings, proxies):
    only((1, 60, rate_limits.ADDRESS))
    settings.TRUSTED_PROXIES = proxies
    inner = ", 10.0.0.2" * (proxies - 1)
    assert taken(address="10.0.0.1", **{"X-Forwarded-For": f"203.0.113.7{inner}"})
    # What stands before it was written by the caller
    assert not taken(address="10.0.0.1", **{"X-Forwarded-For": f"192.0.2.1, 203.0.113.7{inner}"})
    assert taken(address="10.0.0.1", **{"X-Forwarded-For": f"203.0.113.8{inner}"})


def test_stored_counters_name_neither_person_nor_address(priya):
    taken("sign in", account=priya.login_email)
    stored = str(list(RateLimitCounter.objects.values_list()))
    assert len(RateLimitCounter.objects.all()) == 3
    assert not any(known in stored for known in (priya.login_email, str(priya.pk), "203.0.113"))


# --- What it costs ------------------------------------------------------------


@pytest.mark.engines
def test_a_use_is_one_write_and_a_refusal_none(priya, django_assert_num_queries, only):
    only((3, 60, rate_limits.PERSON), (5, 60, rate_limits.ADDRESS))
    assert taken(person=priya)
    # The transaction, and the lock where the engine has one; on MongoDB a write for each window
    around = {"postgresql": 3, "sqlite": 2, "mongodb": 1}[connection.vendor]
    with django_assert_num_queries(1 + around):
        assert taken(person=priya)
    assert taken(person=priya)
    assert not taken(person=priya)
    with django_assert_num_queries(0):
        assert not taken(person=priya)


def test_off_is_off(settings, priya, django_assert_num_queries, only):
    only((1, 60, rate_limits.PERSON))
    settings.RATE_LIMITS = False
    with django_assert_num_queries(0):
        assert all(taken(person=priya) for _ in range(5))
    assert not RateLimitCounter.objects.exists()


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_forty_requests_at_once_pass_up_to_the_limit(only):
    priya = factories.person()
    only((10, 60, rate_limits.PERSON), (25, 60, rate_limits.ADDRESS))
    gate, results = threading.Barrier(40), []

    def knock():
        gate.wait()
        try:
            results.append(taken(person=priya))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=knock) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(results), results.count(True)) == (40, 10)


def test_workflow_is_not_limited_by_itself(priya, ticket, only):
    """Jobs, commands and the demo have no address: the doors count, not the verbs."""
    only((0, 60, rate_limits.PERSON))
    workflow.customer_says(ticket, "Hello?", by=priya)
