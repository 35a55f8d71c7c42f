"""The mailbox that the worker polls: what is new arrives once, and one bad letter stops no other."""

import imaplib

import pytest
from django.utils import timezone

from tests.channels.imap_server import ImapServer
from tests.channels.mails import letter
from tickets.channels.email import imap
from tickets.models import Incoming, Job, Ticket
from tickets.operations import jobs

pytestmark = [pytest.mark.engines, pytest.mark.django_db]


@pytest.fixture
def mailbox(settings):
    with ImapServer() as server:
        settings.EMAIL_IN_URL = server.url
        yield server


def poll() -> bool:
    return imap.poll(timezone.now())


def test_new_letters_arrive_once_and_count_as_seen(mailbox):
    mailbox.letters[5] = letter("First")
    poll()
    mailbox.letters[6] = letter("Second", sender="ravi@example.com")
    for _ in range(2):
        poll()
    assert {ticket.messages.get(seq=1).text for ticket in Ticket.objects.all()} == {"First", "Second"}
    assert mailbox.seen == {5, 6}
    assert not any("EXPUNGE" in command for command in mailbox.commands)


def test_at_the_first_contact_old_mail_opens_no_tickets(mailbox):
    mailbox.letters = {1: letter("Old"), 2: letter("New")}
    mailbox.seen = {1}
    poll()
    assert Ticket.objects.get().messages.get(seq=1).text == "New"


def test_one_poisoned_letter_is_put_aside_and_the_others_arrive(mailbox):
    mailbox.letters = {
        1: letter("Before"),
        2: b"\x00\xff no letter\r\n",
        3: letter("Behind", sender="r@example.com"),
    }
    poll()
    assert Ticket.objects.count() == 2
    assert Incoming.objects.filter(state="quarantined").count() == 1


def test_a_mailbox_that_was_built_again_doubles_nothing(mailbox):
    mailbox.letters[5] = letter("First")
    poll()
    mailbox.validity, mailbox.letters, mailbox.seen = 8, {1: mailbox.letters[5]}, set()
    poll()
    assert Ticket.objects.count() == 1


def test_more_than_one_run_takes_on_is_done_in_the_next(mailbox, monkeypatch):
    poll()
    monkeypatch.setattr(imap, "BATCH", 2)
    mailbox.letters = {uid: letter(f"Letter {uid}", sender=f"c{uid}@example.com") for uid in range(1, 6)}
    assert [poll(), poll(), poll()] == [True, True, False]
    assert Ticket.objects.count() == 5


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH"])
def test_a_mail_server_that_refuses_is_asked_again_within_minutes(mailbox, command):
    poll()
    mailbox.letters[5] = letter("First")
    mailbox.fail = {command}
    now = timezone.now()
    jobs.STEPS, all_steps = {"mailbox": jobs.STEPS["mailbox"]}, jobs.STEPS
    try:
        jobs.run_due(now)
    finally:
        jobs.STEPS = all_steps
    job = Job.objects.get(name="mailbox")
    assert (job.failures, job.due_at <= now + imap.LONGEST_WAIT) == (1, True)
    mailbox.fail = set()
    poll()
    assert Ticket.objects.count() == 1


def test_without_an_address_nothing_is_asked(settings):
    settings.EMAIL_IN_URL = ""
    assert poll() is False


def test_a_server_that_is_away_is_an_error_for_the_log(settings):
    settings.EMAIL_IN_URL = "imap://a:b@127.0.0.1:1/INBOX"
    with pytest.raises((OSError, imaplib.IMAP4.error)):
        poll()
