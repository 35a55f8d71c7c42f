"""One person has one history over all channels once that is proven, and never by a mere equal address."""

import time

import jwt
import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.channels.raw_emails import raw_email
from tests.channels.whatsapp_calls import RAVI, says
from tickets import workflow
from tickets.channels import identity, links
from tickets.models import ChannelIdentity, ContactCode, Outgoing, Person, Ticket

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]

ADDRESS = "priya.mail@example.com"


def answer_by_mail(hook, posted, ticket, asha, text="Yes"):
    workflow.agent_replies(ticket, "Which one?", by=asha)
    [reply_to] = posted()[-1].reply_to
    hook(raw_email(text, to=reply_to))


def test_two_emails_from_one_address_become_one_customer_once_both_got_an_answer(hook, posted, asha):
    hook(raw_email("First"))
    hook(raw_email("Second"))
    first, second = Ticket.objects.order_by("created_at")
    assert first.requester_id != second.requester_id
    answer_by_mail(hook, posted, first, asha)
    second.refresh_from_db()
    assert first.requester_id != second.requester_id, "the From address of the second e-mail may be forged"
    answer_by_mail(hook, posted, second, asha)
    second.refresh_from_db()
    assert second.requester_id == first.requester_id
    assert second.messages.last().author_id == first.requester_id


@pytest.mark.engines
def test_a_customer_of_the_shop_is_joined_when_the_shop_signs_the_address(
    hook, posted, asha, settings, api
):
    hook(raw_email())
    answer_by_mail(hook, posted, Ticket.objects.get(), asha)
    settings.WIDGET_SIGNING_KEY = "w" * 40
    claims = {"sub": "shop-7", "name": "Priya", "email": ADDRESS, "exp": int(time.time()) + 300}
    token = jwt.encode(claims, settings.WIDGET_SIGNING_KEY, "HS256")
    answer = api().post("/api/auth/identify", {"token": token}).json()
    assert str(Ticket.objects.get().requester_id) == answer["user"]["id"]


def test_an_equal_address_that_was_only_typed_joins_nothing(hook, posted, asha, api):
    hook(raw_email())
    answer_by_mail(hook, posted, Ticket.objects.get(), asha)
    guest = api().post("/api/auth/guest", {"name": "Eve", "email": ADDRESS}).json()
    caller = api(Person.objects.get(pk=guest["user"]["id"]))
    assert caller.get("/api/support/").json()["results"] == []
    registered = (
        api()
        .post(
            "/api/auth/register",
            {"name": "Eve", "email": ADDRESS, "phone": "", "password": "monsoon-mango-42"},
        )
        .json()
    )
    caller = api(Person.objects.get(pk=registered["user"]["id"]))
    assert caller.get("/api/support/").json()["results"] == []


# --- By a code ---------------------------------------------------------------


@pytest.fixture
def guest(api):
    """A guest of the widget with the address, and their client."""
    made = api().post("/api/auth/guest", {"name": "Priya", "email": ADDRESS}).json()
    return api(Person.objects.get(pk=made["user"]["id"]))


def code_for(client, posted) -> str:
    assert client.post("/api/auth/contact", {"channel": "email", "address": ADDRESS}).status_code == 204
    posted()
    return mail.outbox[-1].body[:6]


def test_a_code_makes_one_history(hook, posted, asha, guest):
    hook(raw_email())
    answer_by_mail(hook, posted, Ticket.objects.get(), asha)
    code = code_for(guest, posted)
    confirm = {"channel": "email", "address": ADDRESS.upper(), "code": code}
    answer = guest.post("/api/auth/contact/confirm", confirm)
    assert answer.status_code == 200
    guest.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert [each["subject"] for each in guest.get("/api/support/").json()["results"]] == ["Crushed box"]
    assert Outgoing.objects.get(kind="code").payload == {}, "the code is not kept"


def test_a_code_that_is_sent_again_because_its_answer_was_lost_is_right_again(hook, posted, asha, guest):
    hook(raw_email())
    answer_by_mail(hook, posted, Ticket.objects.get(), asha)
    code = code_for(guest, posted)
    confirm = {"channel": "email", "address": ADDRESS, "code": code}
    lost, heard = (guest.post("/api/auth/contact/confirm", confirm) for _ in range(2))
    assert (lost.status_code, heard.status_code) == (200, 200)
    assert heard.json()["user"] == lost.json()["user"]
    wrong = confirm | {"code": f"{(int(code) + 1) % 1_000_000:06}"}
    assert guest.post("/api/auth/contact/confirm", wrong).status_code == 400
    ContactCode.objects.update(expires_at=timezone.now())
    assert guest.post("/api/auth/contact/confirm", confirm).status_code == 400


@pytest.mark.engines
def test_a_wrong_code_proves_nothing_and_three_end_it(hook, posted, asha, guest):
    code = code_for(guest, posted)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for given in (wrong, wrong, wrong, code):
        answer = guest.post(
            "/api/auth/contact/confirm", {"channel": "email", "address": ADDRESS, "code": given}
        )
        assert answer.status_code == 400
    assert not ChannelIdentity.objects.exists()


@pytest.mark.engines
def test_a_code_runs_out_and_is_for_its_person_and_its_address(posted, guest, api, vikram):
    code = code_for(guest, posted)
    sent = {"channel": "email", "address": ADDRESS, "code": code}
    assert api(vikram).post("/api/auth/contact/confirm", sent).status_code == 400
    assert (
        guest.post("/api/auth/contact/confirm", sent | {"address": "other@example.com"}).status_code == 400
    )
    ContactCode.objects.update(expires_at=timezone.now())
    assert guest.post("/api/auth/contact/confirm", sent).status_code == 400


@pytest.mark.engines
def test_a_code_signs_in_to_no_account(posted, guest, priya):
    identity.prove(priya, "email", ADDRESS, by="identity")
    sent = {"channel": "email", "address": ADDRESS, "code": code_for(guest, posted)}
    answer = guest.post("/api/auth/contact/confirm", sent)
    assert answer.status_code == 409
    assert "Sign in at the shop" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"channel": "fax", "address": "1"},
        {"channel": "email", "address": "x"},
        {"channel": "whatsapp", "address": "98123"},
    ],
)
def test_an_address_that_is_none_is_400_and_a_stranger_401(api, guest, body):
    assert guest.post("/api/auth/contact", body).status_code == 400
    assert api().post("/api/auth/contact", body).status_code == 401


def test_no_more_than_a_few_codes_are_sent(posted, guest):
    for _ in range(8):
        guest.post("/api/auth/contact", {"channel": "email", "address": ADDRESS})
    posted()
    assert len(mail.outbox) == identity.CODES_AN_HOUR


# --- From an e-mail to WhatsApp ----------------------------------------------


def test_the_link_in_an_email_joins_whatsapp_to_the_same_customer(cloud, ticket, asha, priya):
    says("Do you have honey?")
    token = links.reply_token(links.create(ticket))
    says(f"Continue #{token}")
    says("It is still leaking")
    ticket.refresh_from_db()
    assert ticket.messages.last().text == "It is still leaking"
    assert (ticket.reply_by, Ticket.objects.count()) == ("whatsapp", 1)
    assert ChannelIdentity.objects.get(address=RAVI).person_id == priya.pk
    assert not ticket.messages.filter(text__contains=token).exists()


def test_a_wrong_link_is_words_for_villy(cloud, ticket):
    says(f"Continue #{'a' * 42}")
    assert not ChannelIdentity.objects.filter(person=ticket.requester).exists()


def test_a_message_from_the_page_behind_an_email_proves_the_address(hook, posted, asha):
    hook(raw_email())
    workflow.agent_replies(Ticket.objects.get(), "Which one?", by=asha)
    link = Ticket.objects.get().links.get() if posted() else None
    Client().post(f"/c/{links.token(link)}/", {"message": "This one"})
    assert ChannelIdentity.objects.get().address == ADDRESS


# --- A copy ------------------------------------------------------------------


@pytest.mark.engines
def test_a_customer_gets_a_copy_of_the_conversation(ticket, priya, asha, api, posted):
    workflow.agent_replies(ticket, "A new one is on its way", by=asha)
    workflow.add_note(ticket, "she sounds angry", by=asha)
    for _ in range(2):
        assert api(priya).post(f"/api/support/{ticket.pk}/transcript").status_code == 204
    [sent] = posted()
    for words in ("The box was crushed", "A new one is on its way", "Asha Nair"):
        assert words in sent.body
    assert "angry" not in sent.body
    assert sent.to == [priya.email]


def test_a_copy_is_for_its_customer_who_has_an_address(ticket, vikram, api):
    assert api(vikram).post(f"/api/support/{ticket.pk}/transcript").status_code == 404
    assert api().post(f"/api/support/{ticket.pk}/transcript").status_code == 401
    nowhere = factories.ticket(factories.guest(email="", phone="+91 90000 00111"))
    assert api(nowhere.requester).post(f"/api/support/{nowhere.pk}/transcript").status_code == 400


def test_a_history_that_moved_half_moves_the_rest_next_time(priya):
    guest = factories.guest(email=ADDRESS)
    factories.ticket(guest, "one"), factories.ticket(guest, "two")
    workflow.change_requester(Ticket.objects.get(subject="one"), priya, by=priya)
    identity.move_history(guest, priya)
    assert Ticket.objects.filter(requester=priya).count() == 2


def test_an_address_that_could_not_be_kept_is_no_proof(priya, monkeypatch):
    def refuses(**values):
        raise IntegrityError("another row")

    # Taken when we write it, and free again when we look whose it is
    monkeypatch.setattr(ChannelIdentity.objects, "create", refuses)
    with pytest.raises(IntegrityError):
        identity.prove(priya, "email", ADDRESS, by="code")
