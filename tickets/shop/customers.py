"""Customers as the shop knows them, by the id that it signs for `identify`."""

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from rest_framework import serializers

from ..models import Person, Role
from . import fields
from .registry import Kind, times


class CustomerSerializer(fields.Sparse):
    name = fields.Name(120)
    email = fields.Email()
    phone = fields.Phone()
    updatedAt = fields.Moment()


class Customers(Kind[Person]):
    name = "customers"
    key, column, longest_key = "externalId", "external_id", 190
    model = Person
    serializer = CustomerSerializer
    columns = {"name": "name", "email": "email", "phone": "phone"}

    def load(self, keys: Iterable[str]) -> dict[str, Person]:
        return by_external_id(keys)

    def values(self, put, row):
        refuse_staff(row, self.key)
        values = super().values(put, row)
        return values if row else values | {"password": make_password(None)}

    def as_json(self, row: Person) -> dict:
        return {
            "externalId": row.external_id,
            "name": row.name,
            "email": row.email,
            "phone": row.phone,
            **times(row, updatedAt="shop_updated_at"),
        }


def by_external_id(ids: Iterable[str]) -> dict[str, Person]:
    """Return the people of these ids; of a record that was linked to another one, the other one."""
    found = Person.objects.select_related("merged_into").filter(external_id__in=set(ids))
    return {person.external_id: person.merged_into or person for person in found if person.external_id}


def refuse_staff(person: Person | None, field: str) -> None:
    """Raise ValidationError for a person of the desk: the shop vouches for its customers only."""
    if person and person.role != Role.CUSTOMER:
        raise serializers.ValidationError({field: ["This id belongs to a person who works at the desk."]})


def upsert(wanted: dict[str, dict]) -> dict[str, Person]:
    """Return the people of these ids, made if need be, with these details where they are given.

    Details are `{name, email, phone}`, plus `moment`: when the shop said so, or None.
    """
    people = by_external_id(wanted)
    missing = [id for id in wanted if id not in people]
    made = [Person(external_id=id, password=make_password(None), **_details(wanted[id])) for id in missing]
    if made:
        Person.objects.bulk_create(made)
    for id, person in people.items():
        _change(person, wanted[id])
    return people | dict(zip(missing, made, strict=True))


def _change(person: Person, wanted: dict) -> None:
    moment, known = wanted.get("moment"), person.shop_updated_at
    if person.role != Role.CUSTOMER or (moment and known and moment < known):
        return
    changes = {name: value for name, value in _details(wanted).items() if getattr(person, name) != value}
    if changes:
        Person.objects.filter(pk=person.pk).update(**changes)
        for name, value in changes.items():
            setattr(person, name, value)


def _details(wanted: dict) -> dict:
    return {name: wanted[name] or "" for name in ("name", "email", "phone") if name in wanted}
