"""What an agent wants to hear of, and when."""

from datetime import datetime, time, timedelta

from django.core.cache import cache

from tickets import queries
from tickets.models import AgentPreferences, AlertEvent, AlertPreferences, AlertScope, Person, Ticket
from tickets.settings.in_force import current

DEFAULTS = {
    AlertEvent.NEW: AlertScope.UNASSIGNED,
    AlertEvent.MESSAGE: AlertScope.MENTIONED,
    AlertEvent.OVERDUE: AlertScope.UNASSIGNED,
    AlertEvent.ASSIGNED: AlertScope.MINE,
    AlertEvent.MENTION: AlertScope.MENTIONED,
}
# These concern one agent: yes or no
PERSONAL = {AlertEvent.ASSIGNED, AlertEvent.MENTION}
WIDER = list(AlertScope)


def preferences_for(person: Person) -> AlertPreferences:
    """Return what the person chose; the defaults when there is no row."""
    return AlertPreferences.objects.filter(pk=person.pk).first() or AlertPreferences(person=person)


def scope(preferences: AlertPreferences, event: str) -> AlertScope:
    """Return of which tickets the person wants to hear this event."""
    chosen = preferences.scopes.get(event)
    return AlertScope(chosen) if chosen in AlertScope.values else DEFAULTS[AlertEvent(event)]


def concern(ticket: Ticket, person_id, followers: set) -> AlertScope:
    """Return how near this ticket is to the person: the narrowest scope that has it."""
    if ticket.assignee_id == person_id:
        return AlertScope.MINE
    if person_id in followers:
        return AlertScope.MENTIONED
    return AlertScope.ALL if ticket.assignee_id else AlertScope.UNASSIGNED


def wants(preferences: AlertPreferences, event: str, near: AlertScope) -> bool:
    """Return whether the person wants to hear this event of a ticket that is so near."""
    return WIDER.index(near) <= WIDER.index(scope(preferences, event))


def is_muted(preferences: AlertPreferences, now: datetime) -> bool:
    return bool(preferences.muted_until and preferences.muted_until > now)


def quiet_until(preferences: AlertPreferences, now: datetime) -> datetime | None:
    """Return when the quiet hours end in which this moment lies; None outside of them.

    They are in the shop's time zone and may go over midnight.
    """
    begins, ends = preferences.quiet_from, preferences.quiet_until
    if begins is None or ends is None or begins == ends:
        return None
    here = now.astimezone(current().time_zone)
    clock = here.time()
    if not _is_between(begins, clock, ends):
        return None
    day = here.date() + timedelta(days=1 if ends <= clock else 0)
    return datetime.combine(day, ends, here.tzinfo)


def _is_between(begins: time, clock: time, ends: time) -> bool:
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


# --- What the desk's page rings for -------------------------------------------


def of_page(person: Person) -> dict[str, str]:
    """Return what the open page goes by: `sound` ("on", "off"), and the scopes of `new` and `message`."""
    return cache.get_or_set(_key(person), lambda: _of_page(person), queries.COLLEAGUES_KEPT_SECONDS) or {}


def _of_page(person: Person) -> dict[str, str]:
    chosen = AgentPreferences.objects.filter(pk=person.pk).first()
    sound = current().sound if chosen is None or chosen.sound is None else chosen.sound
    alerts = preferences_for(person)
    return {
        "sound": "on" if sound else "off",
        "new": scope(alerts, AlertEvent.NEW).value,
        "message": scope(alerts, AlertEvent.MESSAGE).value,
    }


def forget_page(person: Person) -> None:
    """Have the next page read them again."""
    cache.delete(_key(person))


def _key(person: Person) -> str:
    return f"alerts-of-page:{person.pk}"
