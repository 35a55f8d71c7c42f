"""Whom a command is about."""

from django.core.management.base import CommandError

from tickets.privacy import personal_data

from ...models import Person


def the_one(who: str) -> Person:
    """Return the one person that this names; raise CommandError for none, or for several."""
    found = personal_data.find(who)
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f'No person found for "{who}".')
    rows = "\n".join(f"  {person.pk}  {person}, since {person.created_at:%Y-%m-%d}" for person in found)
    raise CommandError(f"Several people are called {who}. Give the id of one:\n{rows}")
