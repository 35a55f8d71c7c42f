"""Every field that may hold people's words says whether it is masked, erased, exported and searched."""

import pytest
from django.apps import apps
from django.db import models

from tests import factories
from tickets import search, workflow
from tickets.models import Message, Ticket, text_fields
from tickets.models.text_fields import Erase
from tickets.privacy import personal_data

WRITTEN_IN = (models.CharField, models.TextField, models.JSONField)
MODELS = [model for app in ("tickets", "chatbot") for model in apps.get_app_config(app).get_models()]
CARD = "4111 1111 1111 1111"


def texts_of(model) -> set[str]:
    """The names of the fields in which anything can be written; what has choices holds one of them."""
    fields = model._meta.concrete_fields
    return {field.name for field in fields if isinstance(field, WRITTEN_IN) and not field.choices}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_text_field_is_declared(model):
    undeclared = texts_of(model) - text_fields.fields_of(model).keys()
    assert not undeclared, (
        f"Declare {sorted(undeclared)} of {model._meta.label} in tickets/models/text_declarations.py or chatbot/text_fields.py"
    )


@pytest.mark.parametrize("label", sorted(text_fields.TEXT_FIELDS))
def test_declared_fields_exist(label):
    model = apps.get_model(label)
    assert text_fields.fields_of(model).keys() <= {field.name for field in model._meta.concrete_fields}


@pytest.mark.django_db
@pytest.mark.parametrize("field", sorted(text_fields.masked_fields(Ticket) - {"requester_name", "subject"}))
def test_a_card_number_in_a_masked_field_of_a_ticket_is_not_stored(ticket, asha, field):
    change_set = workflow.change_set.ChangeSet(ticket, by=asha)
    change_set.set(**{field: f"it is {CARD}"})
    change_set.write()
    ticket.refresh_from_db()
    assert "4111" not in getattr(ticket, field)
    assert not ticket.events.filter(new__contains="4111").exists()


@pytest.mark.django_db
def test_erasure_does_to_each_field_what_is_declared(ticket, priya):
    said = f"{priya.name} at {priya.email}"
    names = text_fields.erased_by(Ticket, Erase.EMPTY, Erase.NAME, Erase.ANONYMISE, Erase.OWN_WORDS)
    Ticket.objects.filter(pk=ticket.pk).update(
        **{name: said[: Ticket._meta.get_field(name).max_length] for name in names}
    )
    personal_data.erase(priya, words=True)
    ticket.refresh_from_db()
    for name in names:
        left = getattr(ticket, name)
        assert priya.name not in left, name
    for name in text_fields.erased_by(Ticket, Erase.EMPTY):
        assert getattr(ticket, name) == "", name


@pytest.mark.django_db
@pytest.mark.engines
def test_a_ticket_is_found_by_each_field_that_says_so(priya):
    for name, text in text_fields.fields_of(Ticket).items():
        if not text.search:
            continue
        ticket = factories.ticket(priya)
        word = f"zq{name.replace('_', '')}"
        Ticket.objects.filter(pk=ticket.pk).update(**{name: word})
        ticket.refresh_from_db()
        search.renew(ticket)
        assert list(search.tickets(Ticket.objects.all(), word)) == [ticket], name
    assert text_fields.fields_of(Message)["text"].search
