"""A customer's data handed over, forgotten, outlived: nothing is missing, nothing is left."""

import io
import json
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from chatbot import chats, conversations, handover
from chatbot.models import Chat
from tests import factories
from tickets import search, workflow
from tickets.accounts import tokens
from tickets.lists import inbox
from tickets.models import (
    AuditAction,
    AuditEntry,
    Message,
    Order,
    Person,
    Role,
    Status,
    Ticket,
    TokenFamily,
)
from tickets.pictures.uploads import received
from tickets.privacy import audit, personal_data
from tickets.workflow import clock

pytestmark = pytest.mark.all_engines

# What would tell who she is, wherever it stands
TELLING = (
    "Priya",
    "Sharma",
    "priya@example.com",
    "90000 00110",
    "9000000110",
    "VP-77777",
    "shop-77",
    "Jaipur",
    "302017",
)


@pytest.fixture
def priya(priya) -> Person:
    Person.objects.filter(pk=priya.pk).update(external_id="shop-77")
    priya.refresh_from_db()
    return priya


@pytest.fixture
def story(priya, asha, meera, browse) -> Ticket:
    """All that can be there of a person: chat, order, hand-over, messages, pictures, call back, rating, sign-ins."""
    order = factories.order(priya, "VP-77777", city="Jaipur", pincode="302017", tracking_number="TRK302017")
    conversations.ask(priya, "Hi, I am Priya Sharma, my order VP-77777 is broken")
    with received(factories.picture()) as picture:
        ticket = handover.open_ticket(
            priya, "I am Priya, the jar of VP-77777 leaked", order=order, picture=picture
        )
    workflow.agent_replies(ticket, "Hello Priya, is it +91 90000 00110?", by=asha)
    workflow.add_note(ticket, "Sharma called from 90000-00110, or write to priya@example.com", by=asha)
    workflow.request_callback(ticket, by=priya, note="ask for Priya")
    workflow.move(ticket, Status.RESOLVED, by=asha, resolution="A new jar for Priya")
    workflow.confirm(ticket, by=priya, rating=5, comment="Thanks, Priya")
    chats.begin_new(priya)
    conversations.ask(priya, "It is Priya again")
    tokens.issue(priya)
    browse(priya)
    LogEntry.objects.create(user=meera, object_id=str(priya.pk), object_repr="Priya Sharma", action_flag=2)
    LogEntry.objects.create(user=meera, object_id=str(ticket.pk), object_repr=str(ticket), action_flag=2)
    audit.record_view(asha, ticket=ticket.pk)
    return Ticket.objects.get(pk=ticket.pk)


def everywhere() -> str:
    """Every value of every row of every table, as text."""
    rows = [
        row for model in apps.get_models() if model._meta.managed
        for row in model._base_manager.values_list()
    ]  # fmt: skip
    return "\n".join(str(row) for row in rows)


def pictures() -> list[str]:
    try:
        folders, _ = default_storage.listdir("pictures")
    except FileNotFoundError:
        return []
    return [name for folder in folders for name in default_storage.listdir(f"pictures/{folder}")[1]]


# --- Export ------------------------------------------------------------------


@pytest.fixture
def exported(priya, story) -> zipfile.ZipFile:
    file = io.BytesIO()
    personal_data.export(priya, file)
    return zipfile.ZipFile(file)


def test_the_export_holds_everything_about_the_person(exported, story):
    data = json.loads(exported.read("data.json"))
    text = json.dumps(data, ensure_ascii=False)
    for part in (
        *TELLING[:4],
        *TELLING[5:],
        "the jar of VP-77777 leaked",
        "It is Priya again",
        "ask for Priya",
        "Thanks, Priya",
    ):
        assert part in text, part
    (ticket,) = data["tickets"]
    assert [message["text"] for message in ticket["messages"]] == [m.text for m in story.messages.all()]
    assert ticket["handover"]["transcript"][0]["message"].startswith("Hi, I am Priya")
    assert data["orders"][0]["items"][0]["name"] == "Classic Makhana"
    assert [access["actor_name"] for access in data["accesses"]] == ["Asha Nair"]


@pytest.mark.engines
def test_the_export_holds_the_pictures_under_the_names_that_the_messages_give(exported, story):
    message = story.messages.exclude(picture="").get()
    with default_storage.open(message.picture.name) as stored:
        assert exported.read(f"pictures/{message.pk}.jpg") == stored.read()
    told = json.loads(exported.read("data.json"))["tickets"][0]["messages"][0]["picture"]
    assert told in exported.namelist()


def test_the_export_holds_no_key_and_nothing_of_others(exported, priya, vikram):
    factories.ticket(vikram, "Vikram's own")
    text = exported.read("data.json").decode()
    for secret in (priya.password, TokenFamily.objects.first().jti, "Vikram", "fingerprint"):
        assert secret not in text


# --- Erasure -----------------------------------------------------------------


def test_after_an_erasure_no_table_tells_who_it_was(priya, story):
    assert all(part in everywhere() for part in TELLING)
    personal_data.erase(priya)
    left = everywhere()
    # The shop's books keep that there was an order
    Order.objects.update(number="")
    assert [part for part in TELLING if part in everywhere()] == [], left[-2000:]


@pytest.mark.engines
def test_the_conversation_stays_without_the_person(priya, story):
    personal_data.erase(priya)
    ticket = Ticket.objects.get(pk=story.pk)
    said = [
        (message.sender, message.sender_name, message.text)
        for message in ticket.messages.exclude(sender="system")
    ]
    assert said == [
        ("customer", "Erased", "I am [name], the jar of [number] leaked"),
        ("agent", "Asha Nair", "Hello [name], is it [number]?"),
        ("agent", "Asha Nair", "[name] called from [number], or write to [e-mail]"),
        *([said[3]] if len(said) > 3 else []),
    ]
    assert (ticket.requester_name, ticket.rating, ticket.status) == ("Erased", 5, Status.CLOSED)
    assert (
        ticket.handover["transcript"][0]["message"] == "Hi, I am [name] [name], my order [number] is broken"
    )


def test_with_the_words_nothing_that_the_person_wrote_is_left(priya, story):
    personal_data.erase(priya, words=True)
    assert "leaked" not in everywhere()
    assert "broken" not in everywhere()
    assert "is it [number]" in everywhere()


def test_pictures_are_removed_from_the_storage(priya, story):
    assert len(pictures()) == 2
    personal_data.erase(priya)
    assert pictures() == []


def test_sign_ins_end_and_the_shop_begins_a_new_history(priya, story, vikram, browse):
    browse(vikram)
    personal_data.erase(priya)
    assert not Chat.objects.filter(person=priya).exists()
    assert not TokenFamily.objects.exists()
    assert [session.get_decoded()["_auth_user_id"] for session in Session.objects.all()] == [str(vikram.pk)]
    priya.refresh_from_db()
    assert (priya.is_active, priya.login_email, priya.external_id) == (False, None, None)
    assert factories.person("Priya Sharma").pk != priya.pk


def test_search_finds_the_ticket_by_nothing_that_was_erased(priya, story):
    for words in ("Priya", "priya@example", "9000000110", "VP-77777", "sharma"):
        assert inbox.inbox_page(inbox.InboxFilter(q=words)).rows, words
    personal_data.erase(priya)
    for words in ("Priya", "Prya", "priya@example", "9000000110", "VP-77777", "sharma"):
        assert not inbox.inbox_page(inbox.InboxFilter(q=words)).rows, words
    assert inbox.inbox_page(inbox.InboxFilter(q="leaked")).rows


@pytest.mark.engines
@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's file")
@pytest.mark.django_db(transaction=True)
def test_not_even_the_bytes_are_left_in_the_database_file(asha):
    name = "Xanthippe"
    person = factories.person(f"{name} Papadopoulou")
    ticket = factories.ticket(person, f"I am {name} and my jar leaked")
    for number in range(30):
        workflow.agent_replies(factories.ticket(asha, f"another jar {number}"), "Hello", by=asha)
    workflow.agent_replies(ticket, f"Hello {name}", by=asha)
    personal_data.erase(person)
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    found = open(connection.settings_dict["NAME"], "rb").read().lower()  # noqa: SIM115
    assert b"another jar" in found
    assert name.lower().encode() not in found


@pytest.mark.engines
def test_an_erasure_that_was_interrupted_is_finished_by_the_next(priya, story, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(search, "renew", lambda ticket: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            personal_data.erase(priya)
    personal_data.erase(priya)
    Order.objects.update(number="")
    assert not [part for part in TELLING if part in everywhere()]


def test_people_of_the_desk_are_not_erased(asha):
    with pytest.raises(personal_data.NotACustomer):
        personal_data.erase(asha)
    assert Person.objects.get(pk=asha.pk).name == "Asha Nair"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("priya sharma's box, PRIYA!", "[name] [name]'s box, [name]!"),
        ("Priyanka has another one", "Priyanka has another one"),
        ("mail x.y+z@mail.example.co.in now", "mail [e-mail] now"),
        ("UPI priya@okaxis", "UPI [e-mail]"),
        ("call (+91) 90000-00110 at 10:30", "call ([number] at 10:30"),
        ("2 jars for 1,299 on 12 Nov", "2 jars for 1,299 on 12 Nov"),
        ("प्रिया says", "प्रिया says"),
    ],
)
def test_names_addresses_and_numbers_are_taken_out_of_texts(priya, text, left):
    assert personal_data.Anonymous(priya, words=False)(text) == left


# --- Retention ---------------------------------------------------------------


@pytest.fixture
def kept_for_a_year(settings):
    settings.RETENTION_DAYS = 365


def closed(requester, agent, days_ago: int) -> Ticket:
    with clock.at(timezone.now() - timedelta(days=days_ago)), received(factories.picture()) as picture:
        ticket = factories.ticket(requester, f"{days_ago} days ago", picture=picture)
        workflow.move(ticket, Status.CLOSED, by=agent)
    return ticket


@pytest.mark.usefixtures("kept_for_a_year")
def test_closed_tickets_are_removed_after_their_time_with_all_that_is_theirs(priya, asha):
    old, young = closed(priya, asha, 366), closed(priya, asha, 364)
    with clock.at(timezone.now() - timedelta(days=366)):
        still_open = factories.ticket(priya, "open since")
    assert not personal_data.retain(timezone.now())
    assert set(Ticket.objects.values_list("pk", flat=True)) == {young.pk, still_open.pk}
    assert str(old.pk) not in everywhere()
    assert "366 days ago" not in everywhere()
    assert len(pictures()) == 2


@pytest.mark.engines
@pytest.mark.usefixtures("kept_for_a_year")
def test_guests_of_whom_nothing_is_left_go_along_and_customers_stay(asha, priya):
    gone, has_more = factories.guest("Gone"), factories.guest("More")
    for person in (gone, has_more, priya):
        closed(person, asha, 400)
    factories.ticket(has_more)
    personal_data.retain(timezone.now())
    assert set(Person.objects.filter(role=Role.CUSTOMER)) == {has_more, priya}


@pytest.mark.engines
@pytest.mark.usefixtures("kept_for_a_year")
def test_chats_that_led_to_nothing_go_with_their_visitors(db):
    visitor = factories.guest("Visitor")
    chat = chats.begin_new(visitor)
    Chat.objects.filter(pk=chat.pk).update(updated_at=timezone.now() - timedelta(days=366))
    personal_data.retain(timezone.now())
    assert not Chat.objects.exists()
    assert not Person.objects.filter(pk=visitor.pk).exists()


def test_without_a_number_of_days_everything_is_kept(priya, asha, settings):
    settings.RETENTION_DAYS = 0
    closed(priya, asha, 4000)
    personal_data.retain(timezone.now())
    assert Ticket.objects.count() == 1


# --- Commands ----------------------------------------------------------------


def test_the_command_exports_a_person_by_e_mail_for_the_owner_alone(priya, story, tmp_path):
    file = tmp_path / "priya.zip"
    call_command("export_person", "Priya@Example.com", to=str(file), verbosity=0)
    assert "data.json" in zipfile.ZipFile(file).namelist()
    assert file.stat().st_mode & 0o077 == 0
    entry = AuditEntry.objects.get(action=AuditAction.EXPORTED)
    assert (entry.person_id, entry.actor_name) == (priya.pk, "command line")


@pytest.mark.engines
def test_the_command_erases_after_being_told_yes(priya, story):
    call_command("erase_person", str(priya.pk), yes=True, verbosity=0)
    priya.refresh_from_db()
    assert priya.name == "Erased"
    assert AuditEntry.objects.get(action=AuditAction.ERASED).person_id == priya.pk


@pytest.mark.parametrize("command", ["export_person", "erase_person"])
def test_commands_ask_which_one_when_an_address_is_of_several(command, priya, tmp_path):
    guest = factories.guest("Priya", email="priya@example.com")
    with pytest.raises(CommandError, match=str(guest.pk)):
        call_command(command, "priya@example.com")
    with pytest.raises(CommandError, match="No person found"):
        call_command(command, str(uuid.uuid4()))


@pytest.mark.engines
@pytest.mark.usefixtures("kept_for_a_year")
def test_the_command_retains_to_the_end(priya, asha, monkeypatch):
    monkeypatch.setattr(personal_data.retention, "BATCH", 1)
    for days in (400, 401, 402):
        closed(priya, asha, days)
    factories.ticket(priya)
    call_command("retain", verbosity=0)
    assert Ticket.objects.count() == 1
    assert Message.objects.filter(ticket__status=Status.CLOSED).count() == 0
