"""The mailbox that the worker polls: new e-mails arrive once, and a bad one does not stop the others."""

import imaplib

import pytest
from django.utils import timezone

from tests.channels.imap_server import ImapServer
from tests.channels.raw_emails import raw_email
from tickets.channels import inbox
from tickets.channels.email import imap, parsing
from tickets.models import Incoming, Job, Ticket
from tickets.operations import jobs

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]


@pytest.fixture
def mailbox(settings):
    with ImapServer() as server:
        settings.EMAIL_IN_URL = server.url
        yield server


def poll() -> bool:
    return imap.poll(timezone.now())


def test_new_emails_arrive_once_and_are_flagged_as_seen(mailbox):
    mailbox.emails[5] = raw_email("First")
    poll()
    mailbox.emails[6] = raw_email("Second", sender="ravi@example.com")
    for _ in range(2):
        poll()
    assert {ticket.messages.get(seq=1).text for ticket in Ticket.objects.all()} == {"First", "Second"}
    assert mailbox.seen == {5, 6}
    assert not any("EXPUNGE" in command for command in mailbox.commands)


def test_at_the_first_contact_old_mail_opens_no_tickets(mailbox):
    mailbox.emails = {1: raw_email("Old"), 2: raw_email("New")}
    mailbox.seen = {1}
    poll()
    assert Ticket.objects.get().messages.get(seq=1).text == "New"


def test_an_unreadable_email_is_quarantined_and_the_others_arrive(mailbox):
    mailbox.emails = {
        1: raw_email("Before"),
        2: b"\x00\xff no e-mail\r\n",
        3: raw_email("Behind", sender="r@example.com"),
    }
    poll()
    assert Ticket.objects.count() == 2
    assert Incoming.objects.filter(state="quarantined").count() == 1


def test_an_email_that_cannot_be_fetched_is_retried_and_does_not_stop_the_others(
    mailbox, monkeypatch, caplog
):
    poll()
    take, broken = imap._fetch, {5}

    def refused(box, uid):
        if uid in broken:
            raise imaplib.IMAP4.error("UID FETCH failed: the message is damaged")
        take(box, uid)

    monkeypatch.setattr(imap, "_fetch", refused)
    mailbox.emails = {5: raw_email("Damaged")}
    with pytest.raises(imaplib.IMAP4.error):
        poll()
    mailbox.emails[6] = raw_email("Behind", sender="r@example.com")
    poll()
    assert Ticket.objects.get().messages.get(seq=1).text == "Behind"
    broken.clear()
    poll()
    assert Ticket.objects.count() == 2
    assert mailbox.seen == {5, 6}


def test_an_email_that_can_never_be_fetched_is_given_up(mailbox, monkeypatch, caplog):
    poll()
    monkeypatch.setattr(imap, "MOST_TRIES", 2)
    take = imap._fetch
    tried = []

    def refused(box, uid):
        tried.append(uid)
        if uid == 5:
            raise imaplib.IMAP4.error("UID FETCH failed: the message is damaged")
        take(box, uid)

    monkeypatch.setattr(imap, "_fetch", refused)
    mailbox.emails = {5: raw_email("Damaged")}
    for uid in (6, 7, 8):
        mailbox.emails[uid] = raw_email(f"E-mail {uid}", sender=f"c{uid}@example.com")
        poll()
    assert (tried.count(5), Ticket.objects.count()) == (2, 3)
    assert "the e-mail with the UID 5 stays in the mailbox" in caplog.text


@pytest.mark.parametrize("sign", [b"\0", b"\x01", b"\x1b"])
def test_a_message_id_with_a_control_character_is_no_key(sign):
    # PostgreSQL stores no NUL: such an e-mail would hold up the mailbox
    assert parsing.key_of(b"Message-ID: <a" + sign + b"b@example.com>\r\n\r\nHello").startswith("sha256-")


@pytest.mark.engines
def test_a_stored_email_that_cannot_be_deleted_does_not_stop_the_others(mailbox, monkeypatch):
    def refuses(name):
        raise PermissionError(13, "Permission denied", name)

    poll()
    monkeypatch.setattr(inbox.default_storage, "delete", refuses)
    mailbox.emails = {5: raw_email("First"), 6: raw_email("Second", sender="r@example.com")}
    poll()
    assert Ticket.objects.count() == 2
    Incoming.objects.update(state="ignored", received_at=timezone.now() - inbox.KEPT_ASIDE * 2)
    inbox.forget_ignored(timezone.now())
    assert not Incoming.objects.exists()


def test_a_mailbox_that_was_built_again_doubles_nothing(mailbox):
    mailbox.emails[5] = raw_email("First")
    poll()
    mailbox.validity, mailbox.emails, mailbox.seen = 8, {1: mailbox.emails[5]}, set()
    poll()
    assert Ticket.objects.count() == 1


def test_more_than_one_run_takes_on_is_done_in_the_next(mailbox, monkeypatch):
    poll()
    monkeypatch.setattr(imap, "BATCH", 2)
    mailbox.emails = {uid: raw_email(f"E-mail {uid}", sender=f"c{uid}@example.com") for uid in range(1, 6)}
    assert [poll(), poll(), poll()] == [True, True, False]
    assert Ticket.objects.count() == 5


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH"])
def test_a_mail_server_that_refuses_is_asked_again_within_minutes(mailbox, command):
    poll()
    mailbox.emails[5] = raw_email("First")
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
