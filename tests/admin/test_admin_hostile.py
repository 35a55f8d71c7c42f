"""Every form and every search box of the admin takes what no form expects: a sentence or a save, never a 500."""

from copy import copy
from datetime import date
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse

from chatbot.models import ArticleVersion, DeliveryArea, Example, TestConversation
from tests import factories
from tests.pages import page
from tickets.models import (
    Availability,
    CustomField,
    DeskSettings,
    Holiday,
    Macro,
    PermissionSet,
    Rule,
    ServiceKey,
    ShopConnection,
    Tag,
    Team,
    Webhook,
)

BAD = {
    "too long": "x" * 20_000,
    "NUL byte": "a\0b",
    "lone surrogate": "a\ud800b",
    "lone surrogate in JSON": '{"a": ["\\ud800", "\\u0000"]}',
    "huge number": "9" * 400,
    "exponent": "1e999999999",
    "not a number": "NaN",
    "more than 64 bits": str(2**64),
    "negative": "-1",
    "emoji": "🫙" * 30,
    "HTML": "<script>alert(1)</script>{{ 7*7 }}",
    "wrong JSON": '{"a": [',
    "deep JSON": "[" * 5_000 + "]" * 5_000,
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "no address": "http://[::1",
    "patterns": "(.*\\+$%_",
}
SIGNS = ["(", ".*", "+", "\\", "$", "%", "_", "[a-", "a\0b", "9" * 400, "🫙", "'", '"', "x" * 5_000]
# Kinds of bad input that a field gets after the form took them, and how far apart
TURNS, STEP = 5, 3
# Rows that are made and then only shown
ONLY_MADE = {"tickets.ServiceKey"}
# What a form has to have beside its row, so that it is saved without bad input
FILLED: dict[str, dict] = {
    "tickets.DeskSettings": {},
    "tickets.Holiday": {},
    "tickets.CustomField": {},
    "tickets.Macro": {"priority": "urgent"},
    "tickets.Order": {},
    "tickets.Person": {},
    "tickets.Rule": {},
    "tickets.ServiceKey": {"name": "courier", "scopes": ["shop:read"]},
    "tickets.ShopConnection": {},
    "tickets.Tag": {},
    "tickets.Team": {},
    "tickets.PermissionSet": {},
    "tickets.Availability": {},
    "tickets.Ticket": {},
    "tickets.Webhook": {"events": ["ticket.created"]},
    "chatbot.Article": {},
    "chatbot.ArticleVersion": {},
    "chatbot.Product": {},
    "chatbot.DeliveryArea": {},
    "chatbot.Example": {},
    "chatbot.TestConversation": {},
}


def made(label, priya, meera):
    """A row of each kind whose form is there for changes only, or needs more than the form's own defaults."""
    makers = {
        "tickets.DeskSettings": lambda: DeskSettings.objects.get_or_create(pk=1)[0],
        "tickets.Holiday": lambda: Holiday.objects.create(date=date(2026, 1, 26), name="Republic Day"),
        "tickets.CustomField": lambda: CustomField.objects.create(key="batch", label="Batch"),
        "tickets.Macro": lambda: Macro.objects.create(name="Refund"),
        "tickets.Order": lambda: factories.order(priya),
        "tickets.Person": lambda: priya,
        "tickets.Rule": lambda: Rule.objects.create(
            name="Urgent", event="created", macro=Macro.objects.create(name="Other")
        ),
        "tickets.ServiceKey": lambda: ServiceKey.objects.create(
            name="courier", digest="d" * 64, hint="abcd", person=meera
        ),
        "tickets.ShopConnection": lambda: ShopConnection.objects.get_or_create(system="shopify")[0],
        "tickets.Tag": lambda: Tag.objects.create(name="vip", key="vip"),
        "tickets.Team": lambda: Team.objects.create(name="Refunds"),
        "tickets.PermissionSet": lambda: PermissionSet.objects.create(name="Juniors"),
        "tickets.Availability": lambda: Availability.objects.create(person=meera),
        "tickets.Ticket": lambda: factories.ticket(priya),
        "tickets.Webhook": lambda: Webhook.objects.create(url="https://example.com/", secret="whsec_x"),
        "chatbot.Article": factories.article,
        "chatbot.ArticleVersion": lambda: ArticleVersion.objects.create(
            article=factories.article("shipping")
        ),
        "chatbot.Product": lambda: factories.makhana()[0],
        "chatbot.DeliveryArea": lambda: DeliveryArea.objects.create(name="Pune"),
        "chatbot.Example": lambda: Example.objects.create(
            text="is it late", intent="order_status", language="en", is_issue=False
        ),
        "chatbot.TestConversation": lambda: TestConversation.objects.create(name="t", script="> hi"),
    }
    return makers[label]()


def forms_of(meera) -> list:
    """The parts of the admin that have a form for a row that is there."""
    request = RequestFactory().get("/")
    request.user = meera
    return [own for own in admin.site._registry.values() if own.has_change_permission(request)]


def send(client, address: str, data: dict):
    """Post a form as a hostile client does: with half a character as well."""
    raw = urlencode(data, doseq=True, errors="surrogatepass")
    return client.post(address, raw, content_type="application/x-www-form-urlencoded")


def complained_of(own, row, request, data: dict) -> set[str]:
    """The fields of the form that refuse what is in these data."""
    body = urlencode(data, doseq=True, errors="surrogatepass")
    form = own.get_form(request, row, change=row is not None)(QueryDict(body.encode()), instance=copy(row))
    return set(form.errors)


@pytest.mark.long
@pytest.mark.engines
@pytest.mark.parametrize("label", sorted(FILLED))
def test_a_form_takes_bad_input_with_a_sentence_or_saves_it(label, browse, meera, priya):
    model = apps.get_model(label)
    own, row, client = admin.site._registry[model], made(label, priya, meera), browse(meera)
    is_new = label in ONLY_MADE
    address = reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{'add' if is_new else 'change'}",
        args=() if is_new else [row.pk],
    )
    shown = page(client.get(address)).one("form", id=f"{model._meta.model_name}_form")
    good = {name: value for name, value in shown.fields().items() if not name.startswith("_")} | FILLED[
        label
    ]
    saved = (200, "Copy the key now") if is_new else (302, "")
    answer = send(client, address, good)
    assert answer.status_code == saved[0], "without bad input it is saved"
    assert saved[1] in answer.content.decode()
    request = RequestFactory().post(address)
    request.user = meera
    names = [name for name in good if name != "csrfmiddlewaretoken" and not name.endswith("_FORMS")]
    # Each field with each value: what is refused is refused by the form
    accepted = {name: [] for name in names}
    for value in BAD.values():
        refused = complained_of(own, None if is_new else row, request, good | dict.fromkeys(names, value))
        for name in names:
            if name not in refused:
                accepted[name].append(value)
    # All at once, so that the page draws them with their complaints
    for value in ("too long", "lone surrogate in JSON"):
        answer = send(client, address, good | dict.fromkeys(names, BAD[value]))
        assert answer.status_code < 500
        assert answer.status_code != 200 or b"errorlist" in answer.content
    # What the form accepts is saved or complained of as a whole, each value in one field or another
    for turn in range(TURNS):
        bad = {
            name: values[(place + turn * STEP) % len(values)]
            for place, (name, values) in enumerate(accepted.items())
            if values and not name.endswith("-id")
        }
        assert send(client, address, good | bad).status_code in (200, 302, 400)
        assert client.get(address).status_code in (200, 302)


@pytest.mark.long
@pytest.mark.engines
@pytest.mark.parametrize(
    "model",
    [model for model, own in admin.site._registry.items() if own.search_fields],
    ids=lambda model: model._meta.label,
)
def test_a_search_box_takes_any_sign_for_itself(model, browse, meera):
    client = browse(meera)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for sign in SIGNS:
        assert client.get(address, {"q": sign}).status_code == 200, sign


def nameless(shown) -> list[str]:
    """The boxes of a page that a screen reader could only call a box."""
    labels = shown.all("label")
    named = {label.attributes.get("for") for label in labels}
    inside = [id(box.element) for label in labels for box in label.all()]
    return [
        f"{box.tag} {box.attributes}"
        for box in shown.all()
        if box.tag in ("input", "select", "textarea")
        and box.attributes.get("type") not in ("hidden", "submit", "button")
        and not ({"aria-label", "aria-labelledby", "title"} & box.attributes.keys())
        and box.attributes.get("id") not in named
        and id(box.element) not in inside
    ]


@pytest.mark.parametrize("label", sorted(FILLED))
def test_every_box_of_a_list_and_of_a_form_has_a_label(label, browse, meera, priya):
    model = apps.get_model(label)
    row, client = made(label, priya, meera), browse(meera)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    for address in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])):
        answer = client.get(address, follow=True)
        assert answer.status_code == 200
        assert nameless(page(answer)) == [], address


def test_every_form_of_the_admin_is_tried(meera):
    assert {own.model._meta.label for own in forms_of(meera)} == FILLED.keys()
