"""Two people who have the same form of the admin open: the second is told, and keeps what was typed."""

import pytest

from tests.pages import page
from tickets.models import Macro, Person, Rule

pytestmark = pytest.mark.django_db


def sent_as_opened(client, address) -> dict:
    return page(client.get(address)).one("form", id=address.split("/")[-4] + "_form").fields()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (
            lambda: Macro.objects.create(name="Refund", note="Ask for the bill", texts={"en": "Sorry!"}),
            "note",
        ),
        (
            lambda: Macro.objects.create(name="Refund", note="Ask for the bill", texts={"en": "Sorry!"}),
            "text_en",
        ),
        (
            lambda: Rule.objects.create(
                name="Refunds", event="created", macro=Macro.objects.create(name="A", priority="low")
            ),
            "name",
        ),
    ],
)
def test_the_older_form_is_refused_once_and_shows_both_texts(browse, meera, make, field):
    row = make()
    address = f"/admin/tickets/{row._meta.model_name}/{row.pk}/change/"
    client = browse(meera)
    older, newer = (sent_as_opened(client, address) for _ in range(2))
    assert client.post(address, newer | {field: "What the first has saved"}).status_code == 302
    answer = client.post(address, older | {field: "What the second has typed"})
    assert answer.status_code == 200
    said = page(answer).one(_class="nonfield").text
    assert "Another person saved this since you opened it." in said
    assert "What the first has saved" in said
    again = page(answer).one("form", id=f"{row._meta.model_name}_form").fields()
    assert again[field] == "What the second has typed"
    assert client.post(address, again).status_code == 302
    assert page(client.get(address)).one("form", id=f"{row._meta.model_name}_form").fields()[field] == (
        "What the second has typed"
    )


def test_what_the_form_does_not_show_may_change_under_it(browse, meera, asha):
    client = browse(meera)
    macro = Macro.objects.create(name="Refund", note="Ask for the bill")
    address = f"/admin/tickets/macro/{macro.pk}/change/"
    older = sent_as_opened(client, address)
    Macro.objects.update(uses=7)
    assert client.post(address, older | {"note": "Ask nicely"}).status_code == 302
    person = f"/admin/tickets/person/{asha.pk}/change/"
    older = sent_as_opened(client, person)
    Person.objects.filter(pk=asha.pk).update(last_login="2026-11-30T10:00:00Z")
    assert client.post(person, older).status_code == 302


def test_a_macro_says_which_variable_does_not_exist(browse, meera):
    client = browse(meera)
    sent = {"name": "Late", "is_active": "on", "text_en": "It comes {{order.when}}"}
    answer = client.post("/admin/tickets/macro/add/", sent)
    assert "There is no variable {{order.when}}." in page(answer).one(_class="errorlist").text
    assert not Macro.objects.exists()
