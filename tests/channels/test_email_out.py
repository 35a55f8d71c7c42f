"""Outbound e-mail: content, timing, and failures that must not hold up other e-mails."""

from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from tests import factories
from tests.channels.raw_emails import raw_email
from tickets import workflow
from tickets.channels import outbox, transcript
from tickets.channels.email import on_disk
from tickets.models import Message, Outgoing, Ticket
from tickets.operations import jobs

pytestmark = pytest.mark.all_engines


@pytest.fixture
def ten_minutes(settings):
    settings.UNREAD_MAIL_MINUTES = 10


@pytest.fixture
def emails_after(posted):
    """`emails_after(minutes)` runs the background job this long from now; returns all e-mails sent so far."""

    def work(minutes: float) -> list:
        now = timezone.now()
        jobs.mail_unread(now + timedelta(minutes=minutes), now)
        return posted()

    return work


# --- What was not read in the chat -------------------------------------------


@pytest.mark.usefixtures("ten_minutes")
def test_unread_replies_are_sent_in_one_email(ticket, asha, emails_after):
    workflow.agent_replies(ticket, "Hello Priya", by=asha)
    workflow.add_note(ticket, "she sounds angry", by=asha)
    workflow.agent_replies(ticket, "Which jar was it?", by=asha)
    assert emails_after(9) == []
    for _ in range(2):
        emails_after(11)
    (sent,) = mail.outbox
    assert sent.to == ["priya@example.com"]
    assert sent.subject == f"Asha Nair answered you (ticket #{ticket.number})"
    [html] = [part for part, kind in sent.alternatives if kind == "text/html"]
    for part in ("Hello Priya", "Which jar was it?", "Asha Nair", "/c/"):
        assert part in sent.body
        assert part in html
    assert "angry" not in sent.body + html
    for remote in ("<img", "src=", "url(", "@import", "<link"):
        assert remote not in html
    assert "prefers-color-scheme: dark" in html
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.extra_headers["List-Unsubscribe"].endswith("/letters>")
    assert sent.reply_to[0].startswith("support+")


@pytest.mark.usefixtures("ten_minutes")
def test_the_next_email_has_only_new_replies_and_the_same_thread(ticket, asha, emails_after):
    workflow.agent_replies(ticket, "Hello there", by=asha)
    [first] = emails_after(11)
    workflow.agent_replies(ticket, "Are you there?", by=asha)
    [_, second] = emails_after(11)
    assert "Hello there" not in second.body
    assert second.extra_headers["In-Reply-To"] == first.extra_headers["Message-ID"]


@pytest.mark.usefixtures("ten_minutes")
def test_a_customer_who_has_read_the_reply_gets_no_email(ticket, asha, emails_after):
    reply = workflow.agent_replies(ticket, "Hello", by=asha)
    workflow.mark_read(ticket, by_agents=False, up_to=reply.seq)
    assert emails_after(11) == []


@pytest.mark.usefixtures("ten_minutes")
def test_a_reply_read_before_the_email_is_sent_cancels_it(ticket, asha, posted):
    reply = workflow.agent_replies(ticket, "Hello", by=asha)
    now = timezone.now()
    jobs.mail_unread(now + timedelta(minutes=11), now)
    workflow.mark_read(ticket, by_agents=False, up_to=reply.seq)
    assert posted() == []


@pytest.mark.usefixtures("ten_minutes")
def test_a_customer_without_an_address_gets_no_email(asha, db, emails_after):
    ticket = factories.ticket(factories.guest(email="", phone="+91 90000 00111"))
    workflow.agent_replies(ticket, "Hello", by=asha)
    assert emails_after(11) == []


@pytest.mark.engines
def test_a_reply_leaves_all_the_same_when_its_ticket_is_merged_before(by_mail, asha, posted):
    stays = factories.ticket(by_mail.requester, "And the jar leaks")
    workflow.agent_replies(by_mail, "Which jar was it?", by=asha)
    workflow.merge(by_mail, stays, by=asha)
    [sent] = posted()
    assert "Which jar was it?" in sent.body
    # In the thread that it answers
    assert sent.extra_headers["In-Reply-To"]
    assert [row.state for row in Outgoing.objects.all()] == ["sent"]


def test_a_requested_copy_is_sent_although_its_ticket_was_merged(priya, asha, posted):
    gone, stays = factories.ticket(priya, "The lid is loose"), factories.ticket(priya, "The jar leaks")
    transcript.send(gone)
    workflow.merge(gone, stays, by=asha)
    [sent] = posted()
    assert "The lid is loose" in sent.body
    assert "The jar leaks" in sent.body


@pytest.mark.usefixtures("ten_minutes")
def test_after_a_merge_no_email_repeats_what_was_sent(by_mail, asha, posted, emails_after):
    stays = factories.ticket(by_mail.requester, "And the jar leaks")
    workflow.agent_replies(by_mail, "Which jar was it?", by=asha)
    assert len(posted()) == 1
    workflow.merge(by_mail, stays, by=asha)
    assert len(emails_after(11)) == 1
    # What comes later is told alone
    workflow.agent_replies(stays, "A new one is packed", by=asha)
    *_, sent = emails_after(22)
    assert "A new one is packed" in sent.body
    assert "Which jar was it?" not in sent.body


@pytest.mark.engines
@pytest.mark.usefixtures("ten_minutes")
def test_e_mails_missed_while_no_worker_ran_are_sent_later(ticket, asha, posted):
    workflow.agent_replies(ticket, "Hello", by=asha)
    now = timezone.now()
    jobs.mail_unread(now + timedelta(hours=9), now)
    assert len(posted()) == 1


@pytest.mark.usefixtures("ten_minutes")
def test_the_email_about_a_resolution_has_five_stars(ticket, asha, emails_after):
    workflow.agent_replies(ticket, "A new jar is on its way", by=asha)
    workflow.move(ticket, "resolved", by=asha, resolution="A new jar is on its way.")
    [sent] = emails_after(11)
    [html] = [part for part, kind in sent.alternatives if kind == "text/html"]
    for stars in range(1, 6):
        assert f"?rating={stars}#rated" in html
        assert f"?rating={stars}#rated" in sent.body
    assert "Did that solve it?" in sent.body


# --- A reply by mail ---------------------------------------------------------


@pytest.fixture
def by_mail(hook) -> Ticket:
    hook(raw_email())
    return Ticket.objects.get()


def test_a_reply_waits_for_the_undo_window_and_leaves_once(by_mail, asha, posted):
    workflow.agent_replies(by_mail, "Which jar?", by=asha)
    assert posted(7.5) == []
    assert len(posted(10)) == 1
    assert len(posted(3600)) == 1
    assert Outgoing.objects.get().state == "sent"


@pytest.mark.usefixtures("ten_minutes")
def test_a_reply_sent_by_email_causes_no_unread_email(by_mail, asha, emails_after):
    workflow.agent_replies(by_mail, "Which jar?", by=asha)
    assert len(emails_after(11)) == 1


def test_a_note_never_leaves(by_mail, asha, posted):
    workflow.add_note(by_mail, "she sounds angry", by=asha)
    assert posted() == []


def test_a_reply_that_was_withdrawn_never_leaves(by_mail, asha, posted):
    reply = workflow.agent_replies(by_mail, "Wrong person", by=asha)
    workflow.withdraw(by_mail, reply.seq, by=asha)
    assert posted() == []
    assert Outgoing.objects.get().state == "cancelled"


def test_a_reply_whose_message_is_gone_never_leaves(by_mail, asha, posted):
    reply = workflow.agent_replies(by_mail, "Wrong person", by=asha)
    Message.objects.filter(pk=reply.pk).delete()
    assert posted() == []
    assert Outgoing.objects.get().state == "cancelled"


def test_the_replies_of_a_conversation_leave_in_their_order(by_mail, asha, posted):
    for text in ("first", "second", "third"):
        workflow.agent_replies(by_mail, text, by=asha)
    sent = posted()
    assert [word for mail in sent for word in ("first", "second", "third") if word in mail.body] == [
        "first", "second", "third"
    ]  # fmt: skip


def test_a_resolution_by_mail_brings_the_stars(by_mail, asha, posted):
    workflow.take(by_mail, by=asha)
    workflow.move(by_mail, "resolved", by=asha, resolution="Refunded.")
    [sent] = posted()
    assert "?rating=5" in sent.body
    assert "Refunded." in sent.body


# --- Failing -----------------------------------------------------------------


class Refusing(EmailBackend):
    reason: Exception

    def send_messages(self, emails):
        if emails[0].to == ["priya.mail@example.com"]:
            raise self.reason
        return super().send_messages(emails)


@pytest.fixture
def refused(monkeypatch):
    """`refused(reason)`: the mail server does not take e-mails to Priya."""

    def refuse(reason):
        monkeypatch.setattr(Refusing, "reason", reason, raising=False)
        monkeypatch.setattr("tickets.channels.email.channel.get_connection", lambda *_, **__: Refusing())

    return refuse


def test_a_mail_server_that_is_away_is_asked_again_with_backoff(
    by_mail, asha, posted, refused, monkeypatch
):
    workflow.agent_replies(by_mail, "Hello", by=asha)
    refused(SMTPServerDisconnected())
    assert posted(10) == []
    row = Outgoing.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    assert row.due_at > timezone.now() + timedelta(seconds=10)
    monkeypatch.undo()
    assert len(posted(60)) == 1


def test_an_email_without_a_ticket_fails_without_a_retry(posted, db):
    row = Outgoing.objects.create(
        key="stray", channel="email", kind="reply", address="priya.mail@example.com"
    )
    assert posted() == []
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("failed", "This e-mail belongs to no ticket.")


@pytest.mark.parametrize("code", [452, 552, 550])
def test_one_mailbox_stops_no_other(by_mail, hook, asha, posted, refused, code):
    hook(raw_email("Where is it?", sender="vikram@example.com"))
    other = Ticket.objects.exclude(pk=by_mail.pk).get()
    for ticket in (by_mail, other):
        workflow.agent_replies(ticket, "Hello", by=asha)
    refused(SMTPRecipientsRefused({"priya.mail@example.com": (code, b"mailbox full")}))
    assert [sent.to for sent in posted()] == [["vikram@example.com"]]
    row = Outgoing.objects.get(ticket=by_mail)
    assert row.state == ("failed" if code == 550 else "waiting")
    notes = by_mail.messages.filter(internal=True, text__contains="mailbox full")
    assert notes.count() == (1 if code == 550 else 0)


def test_emails_waiting_for_a_full_mailbox_do_not_delay_others(
    by_mail, hook, asha, posted, refused, monkeypatch
):
    monkeypatch.setattr(outbox, "BATCH", 3)
    for number in range(7):
        workflow.agent_replies(by_mail, f"Answer {number}", by=asha)
    hook(raw_email("Where is it?", sender="vikram@example.com"))
    refused(SMTPRecipientsRefused({"priya.mail@example.com": (452, b"mailbox full")}))
    assert posted() == []
    workflow.agent_replies(Ticket.objects.exclude(pk=by_mail.pk).get(), "Hello", by=asha)
    assert [sent.to for sent in posted(10.5)] == [["vikram@example.com"]]


@pytest.mark.parametrize(
    ("code", "said", "is_final"),
    [
        (554, b"5.7.1 looks like spam", False),
        (552, b"5.3.4 message too big", False),
        (554, b"5.7.26 unauthenticated sender", False),
        (550, b"refused by policy", False),
        (451, b"4.7.1 greylisted", False),
        (552, b"5.2.2 mailbox full", False),
        (550, b"5.1.1 no such user", True),
        (550, b"5.2.1 mailbox disabled", True),
    ],
)
def test_a_5xx_after_data_is_final_only_when_it_refuses_the_recipient(
    by_mail, asha, posted, refused, monkeypatch, code, said, is_final
):
    workflow.agent_replies(by_mail, "Hello", by=asha)
    refused(SMTPDataError(code, said))
    assert posted(10) == []
    row = Outgoing.objects.get()
    assert row.state == ("failed" if is_final else "waiting")
    assert said.decode() in row.last_error
    monkeypatch.undo()
    # Once the cause is gone, the e-mail is sent
    assert len(posted(60)) == (0 if is_final else 1)


def test_the_background_jobs_alone_send_emails(by_mail, asha, refused, monkeypatch):
    workflow.agent_replies(by_mail, "Hello", by=asha)
    refused(SMTPServerDisconnected())
    now = timezone.now() + timedelta(minutes=1)
    jobs.send_due(now, now)
    row = Outgoing.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    # The pause counts from the look that failed, not from this machine's idea of now
    assert row.due_at >= now + outbox.FIRST_WAIT
    monkeypatch.undo()
    later = now + timedelta(minutes=5)
    jobs.send_due(later, now)
    assert [sent.to for sent in mail.outbox] == [["priya.mail@example.com"]]


def test_after_a_day_of_failures_the_agents_are_told(by_mail, asha, refused):
    workflow.agent_replies(by_mail, "Hello", by=asha)
    refused(SMTPServerDisconnected())
    Outgoing.objects.update(created_at=timezone.now() - timedelta(hours=25))
    outbox.deliver_due(timezone.now() + timedelta(seconds=10))
    assert Outgoing.objects.get().state == "failed"
    assert by_mail.messages.filter(internal=True, text__contains="not delivered").count() == 1


@pytest.mark.engines
def test_a_row_whose_sender_died_is_taken_when_its_lease_ends(by_mail, asha, posted):
    workflow.agent_replies(by_mail, "Hello", by=asha)
    later = timezone.now() + timedelta(seconds=10)
    Outgoing.objects.update(state="sending", leased_until=later + timedelta(seconds=40), tries=1)
    assert posted(11) == []
    assert len(posted(60)) == 1


def test_an_email_written_to_disk_twice_is_one_file(tmp_path):
    backend = on_disk.EmailBackend(file_path=tmp_path)
    sent = mail.EmailMessage("Hello", "text", to=["a@b.example"], headers={"Message-ID": "<x@y>"})
    for _ in range(2):
        backend.send_messages([sent])
    [file] = tmp_path.iterdir()
    assert b"Message-ID: <x@y>" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0, "it holds what customers wrote"
