"""The journey in Hindi on each engine: the process dies within every write, and the sender tries again.

`tests/browser/test_journey_in_hindi.py` kills real servers under real browsers, on SQLite.
"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chatbot import conversations
from tests import factories
from tests.channels.test_killed_at_each_step import Killed, desk, dies  # noqa: F401 (fixtures)
from tests.channels.test_the_journey_on_engines import Journey
from tests.pages import page
from tickets import live
from tickets.channels import outbox
from tickets.models import Outgoing, Ticket
from tickets.operations import jobs

pytestmark = [pytest.mark.engines, pytest.mark.django_db]

PROBLEM = "मेरा सामान टूटा हुआ आया है"
MORE = "डिब्बा भी फटा हुआ था"
ANSWER = "माफ़ कीजिए, नया डिब्बा आज भेज रहे हैं।"
BY_EMAIL = "धन्यवाद, मैं इंतज़ार करूँगी"
SOLVED = "नया डिब्बा भेज दिया गया है।"


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_one_ticket_from_the_widget_by_email_to_the_rating(api, asha, dies, desk, settings, after):  # noqa: F811
    settings.UNREAD_MAIL_MINUTES = 10
    journey = Journey(dies, desk, after)
    customer, agent = api(factories.guest("", "")), api(asha)
    customer.defaults["HTTP_ACCEPT_LANGUAGE"] = "hi-IN"

    # To Villy, then to a person, whom the customer writes to as well
    said = {"message": PROBLEM, "clientId": "w-1"}
    journey.step(lambda: customer.post("/widget/messages", said), conversations, "_append")
    contact = {"name": "Asha Devi", "contact": "asha.devi@example.com"}
    opened = journey.step(lambda: customer.post("/widget/connect", contact))
    assert "आप कस्टमर केयर से जुड़ गए हैं।" in page(opened).one(role="log").text
    more = {"message": MORE, "clientId": "w-2"}
    journey.step(lambda: customer.post("/widget/messages", more))
    ticket = Ticket.objects.get()
    assert ticket.language == "hi"
    path = f"/api/support/admin/{ticket.pk}"

    # The agent answers; the next page of the shop has the badge
    answer = {"message": ANSWER, "clientId": "a-1"}
    journey.step(lambda: agent.post(f"{path}/reply", answer, format="json"))
    token = page(customer.get("/widget/conversation")).one("div", _class="conversation")["data-badge"]
    assert Client().post("/widget/unread", token, content_type="text/plain").json()["unread"] == 1

    # It stays unread, so an e-mail leaves
    now = timezone.now()
    journey.step(lambda: jobs.mail_unread(now + timedelta(minutes=11), now), outbox, "queue")
    journey.sent()
    email = journey.email_with(ANSWER)
    assert email["Subject"].strip() == f"Asha Nair ने आपको जवाब दिया है (टिकट #{ticket.number})"
    link = re.search(r"/c/[\w-]+/", email.get_body(("plain",)).get_content())[0]

    # Its link in another browser, which speaks English: the page is in the ticket's language
    elsewhere = Client(headers={"Accept-Language": "en-US"})
    shown = elsewhere.get(link).text
    assert ANSWER in shown
    assert "आपका संदेश" in shown
    words = {"message": BY_EMAIL, "clientId": "l-1"}
    journey.step(lambda: elsewhere.post(link, words))

    # Resolved, and rated there
    solved = {"status": "resolved", "resolution": SOLVED}
    journey.dies(live, "announce", after=after)
    with pytest.raises(Killed):
        agent.patch(path, solved, format="json")
    if Ticket.objects.get().status != "resolved":
        assert agent.patch(path, solved, format="json").status_code == 200
    assert "5 स्टार" in elsewhere.get(f"{link}?rating=5").text
    journey.step(lambda: elsewhere.post(f"{link}rating", {"rating": "5"}))
    assert "धन्यवाद। आपने 5 में से 5 स्टार दिए।" in elsewhere.get(link).text

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.rating, ticket.language) == ("closed", 5, "hi")
    whole = agent.get(path).json()
    public = [each["message"] for each in whole["messages"] if each["sender"] in ("customer", "agent")]
    assert public == [PROBLEM, MORE, ANSWER, BY_EMAIL, SOLVED]
    assert [each["message"] for each in whole["chat"] if each["sender"] == "customer"] == [PROBLEM]
    assert len(list(desk.iterdir())) == 1
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"sent"}
