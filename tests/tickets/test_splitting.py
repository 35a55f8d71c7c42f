"""A message of the customer becomes a ticket of its own, and goes back."""

import pytest

from tests import factories
from tests.pages import page
from tickets import search, workflow
from tickets.models import Attachment, Message, Ticket, TicketEvent
from tickets.pictures.uploads import received

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def talk(priya, asha):
    """Two things in one ticket: a crushed box, answered, and then a refund."""
    ticket = factories.ticket(priya, order=factories.order(priya))
    workflow.agent_replies(ticket, "A new one is on its way", by=asha)
    workflow.customer_says(ticket, "And where is my refund for the ghee?", by=priya, client_id="c1")
    return ticket


def address(ticket) -> str:
    return f"/api/support/admin/{ticket.pk}/split"


def split(api, person, ticket, seq):
    return api(person).post(address(ticket), {"seq": seq})


def test_the_message_moves_with_its_time_and_both_tickets_say_so(api, talk, asha, priya):
    message = Message.objects.get(client_id="c1")
    response = split(api, asha, talk, message.seq)
    assert response.status_code == 201, response.content
    made = response.json()
    assert made["subject"] == "And where is my refund for the ghee?"
    assert (made["userId"], made["orderId"], made["status"]) == (str(priya.pk), str(talk.order_id), "open")
    first = made["messages"][0]
    assert (first["seq"], first["message"]) == (1, "And where is my refund for the ghee?")
    moved = Message.objects.get(pk=message.pk)
    assert moved.created_at == message.created_at
    assert Ticket.objects.get(pk=made["id"]).events.get(field="split_from").new == str(talk.number)
    assert talk.events.get(field="split_off").new == str(made["number"])
    assert not talk.messages.filter(pk=message.pk).exists()


def test_each_ticket_waits_for_its_own_answer(api, talk, asha):
    seq = talk.last_customer_seq
    assert Ticket.objects.get(pk=talk.pk).waiting_since
    made = split(api, asha, talk, seq).json()
    talk.refresh_from_db()
    # The first thing was answered before
    assert talk.waiting_since is None
    assert made["waitingSince"]
    assert (talk.preview, talk.last_customer_seq) == ("A new one is on its way", 1)
    assert (made["unreadCount"], talk.unread_by_agents) == (1, 1)


def test_a_moved_message_is_found_in_the_new_ticket_only(api, talk, asha):
    made = split(api, asha, talk, talk.last_customer_seq).json()
    assert [str(each.pk) for each in search.tickets(Ticket.objects.all(), "ghee")] == [made["id"]]


def test_the_customer_sees_both_and_no_line_of_the_desk(api, talk, asha, priya):
    made = split(api, asha, talk, talk.last_customer_seq).json()
    listed = api(priya).get("/api/support/").json()["results"]
    assert {each["id"] for each in listed} == {str(talk.pk), made["id"]}
    shown = api(priya).get(f"/api/support/{made['id']}").json()
    assert [each["message"] for each in shown["messages"]] == ["And where is my refund for the ghee?"]
    workflow.customer_says(Ticket.objects.get(pk=made["id"]), "Hello?", by=priya)


def test_a_picture_goes_along(api, talk, asha, priya):
    with received(factories.picture()) as picture:
        message = workflow.customer_says(talk, "", by=priya, picture=picture)
    made = split(api, asha, talk, message.seq).json()
    assert made["messages"][0]["image"]
    assert api(priya).get(f"/files/{message.pk}").status_code == 200
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("which", ["first", "reply", "note", "system"])
def test_messages_that_cannot_move_are_refused_with_a_sentence(api, talk, asha, which):
    note = workflow.add_note(talk, "Ask the courier", by=asha)
    system = talk.messages.filter(sender="system").first()
    reply = talk.messages.get(sender="agent", internal=False)
    seq = {"first": 1, "reply": reply.seq, "note": note.seq, "system": system.seq}[which]
    before = Ticket.objects.count()
    response = split(api, asha, talk, seq)
    assert response.status_code == 409
    assert response.json()["detail"]
    assert Ticket.objects.count() == before


def test_a_message_that_is_not_there_is_404_and_a_malformed_body_400(api, talk, asha):
    assert split(api, asha, talk, 999).status_code == 404
    assert split(api, asha, talk, "x").status_code == 400
    assert list(api(asha).post(address(talk), {}).json()) == ["seq"]


def test_the_second_of_two_agents_is_refused(api, talk, asha, rohan):
    seq = talk.last_customer_seq
    stale = Ticket.objects.get(pk=talk.pk)
    assert workflow.split(talk, seq, by=asha)
    assert workflow.split(stale, seq, by=rohan) is None
    assert Ticket.objects.count() == 2


def test_an_undone_split_puts_messages_back_in_place(api, talk, asha):
    seq = talk.last_customer_seq
    made = split(api, asha, talk, seq).json()
    response = api(asha).delete(f"/api/support/admin/{made['id']}/split")
    assert response.status_code == 200, response.content
    back = response.json()
    assert back["id"] == str(talk.pk)
    assert [each["seq"] for each in back["messages"] if each["message"].endswith("ghee?")] == [seq]
    assert back["waitingSince"]
    gone = Ticket.objects.get(pk=made["id"])
    assert (gone.status, gone.merged_into_id, gone.waiting_since) == ("closed", talk.pk, None)
    # Calls on it are answered from the one that stays
    assert api(asha).get(f"/api/support/admin/{made['id']}").json()["id"] == str(talk.pk)
    with pytest.raises(workflow.IllegalMove):
        workflow.unmerge(gone, by=asha)


@pytest.mark.engines
@pytest.mark.parametrize("who", ["agent", "customer", "note"])
def test_a_split_is_not_undone_once_the_new_ticket_has_its_own_messages(api, talk, asha, priya, who):
    made = workflow.split(talk, talk.last_customer_seq, by=asha)
    if who == "agent":
        workflow.agent_replies(made, "It is paid out", by=asha)
    elif who == "customer":
        workflow.customer_says(made, "Hello?", by=priya)
    else:
        workflow.add_note(made, "Paid", by=asha)
    response = api(asha).delete(address(made))
    assert response.status_code == 409
    assert "Merge it instead" in response.json()["detail"]


def test_a_ticket_that_was_not_split_off_does_not_go_back(api, talk, asha):
    assert api(asha).delete(address(talk)).status_code == 409


def test_the_desk_splits_by_its_menu_and_says_it_in_the_history(browse, talk, asha):
    agent = browse(asha)
    header = page(agent.get(f"/support/{talk.pk}/header"))
    assert header.one("dialog", id="split").one("form")["action"] == f"/support/{talk.pk}/split"
    fetch = {"X-Requested-With": "fetch"}
    went = agent.post(f"/support/{talk.pk}/split", {"seq": talk.last_customer_seq}, headers=fetch)
    url = went.json()["url"]
    assert "split it off from ticket" in agent.get(f"{url}history").content.decode()
    shown = page(agent.get(url))
    # The message that came says how it goes back: the one form that its button sends
    button = shown.one("article", id="message-1").one("button", form="put-back")
    assert button.text.strip() == "Put this message back"
    way_back = shown.one("form", id="put-back")
    assert (way_back["action"], way_back.fields()["undo"]) == (f"{url}split", "1")
    assert agent.post(f"{url}split", {"undo": "1"}, headers=fetch).json()["url"] == f"/support/{talk.pk}/"
    assert "moved the message of ticket" in agent.get(f"/support/{talk.pk}/history").content.decode()
    assert 'form="put-back"' not in agent.get(f"/support/{talk.pk}/").content.decode()
    assert agent.post(f"/support/{talk.pk}/split", {"seq": ""}, headers=fetch).status_code == 400


def test_a_split_whose_answer_was_lost_gives_its_author_the_same_ticket_again(api, talk, asha, rohan):
    seq = talk.last_customer_seq
    made = split(api, asha, talk, seq).json()
    again = split(api, asha, talk, seq)
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    assert split(api, rohan, talk, seq).status_code == 404
    assert Ticket.objects.count() == 2
    for _ in range(2):
        back = api(asha).delete(f"/api/support/admin/{made['id']}/split")
        assert (back.status_code, back.json()["id"]) == (200, str(talk.pk))
    assert Message.objects.get(text__endswith="ghee?").ticket_id == talk.pk
    # Moved back, it can be split off once more
    assert split(api, asha, talk, seq).json()["id"] not in (made["id"], str(talk.pk))


def test_a_merge_that_is_undone_twice_is_undone_once(api, browse, talk, asha, rohan, priya):
    other = factories.ticket(priya)
    fetch = {"X-Requested-With": "fetch"}
    for _ in range(2):
        went = browse(asha).post(f"/support/{talk.pk}/merge", {"into": other.number}, headers=fetch)
        assert went.json()["url"] == f"/support/{other.pk}/"
    call = f"/api/support/admin/{talk.pk}/merge"
    for _ in range(2):
        back = api(asha).delete(call)
        assert (back.status_code, back.json()["id"]) == (200, str(talk.pk))
    assert api(rohan).delete(call).status_code == 409
    assert api(asha).delete(f"/api/support/admin/{other.pk}/merge").status_code == 409
    events = TicketEvent.objects.filter(ticket=talk, field="merged_into")
    assert events.count() == 2


def test_a_message_during_a_merge_goes_to_the_merged_ticket(talk, asha, priya):
    open_one, closed_one = factories.ticket(priya), factories.ticket(priya)
    workflow.move(closed_one, "closed", by=asha)
    for stale in (Ticket.objects.get(pk=talk.pk), Ticket.objects.get(pk=closed_one.pk)):
        workflow.merge(Ticket.objects.get(pk=stale.pk), open_one, by=asha)
        said = workflow.customer_says(stale, f"Late on #{stale.number}", by=priya)
        assert said.ticket_id == open_one.pk
        open_one.refresh_from_db()
    assert Ticket.objects.count() == 3
