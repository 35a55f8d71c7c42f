"""Tags of a ticket: the set is replaced as a whole, an unknown name is created."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from tickets.models import TAG_LENGTH, Tag, Ticket, TicketTag
from tickets.privacy.masking import masked
from tickets.privacy.plain_text import one_line

from .change_set import ChangeSet
from .status import Refused

MOST_TAGS = 20
SEPARATOR = "\n"


def key_of(name: str) -> str:
    """Return a tag's name as it is compared: without case, blanks folded."""
    return one_line(name).casefold()


def cleaned(names: Iterable[str]) -> list[str]:
    """Return names as they are stored, each once. Raise Refused for a name that is none."""
    kept: dict[str, str] = {}
    for name in names:
        # PostgreSQL stores no NUL
        name = one_line(masked(name).replace(",", " ").replace("\0", ""))
        if not name:
            continue
        if len(name) > TAG_LENGTH:
            raise Refused(gettext("A tag has at most %(count)s characters.") % {"count": TAG_LENGTH})
        kept.setdefault(key_of(name), name)
    if len(kept) > MOST_TAGS:
        raise Refused(gettext("A ticket has at most %(count)s tags.") % {"count": MOST_TAGS})
    return list(kept.values())


def named(names: Iterable[str]) -> list[Tag]:
    """Return the tags of these names in their order; those that do not exist yet are created."""
    names = list(names)
    known = {tag.key: tag for tag in Tag.objects.filter(key__in=[key_of(name) for name in names])}
    for name in names:
        if key_of(name) not in known:
            known[key_of(name)] = _created(name)
    return [known[key_of(name)] for name in names]


def _created(name: str) -> Tag:
    try:
        with transaction.atomic():
            return Tag.objects.create(name=name, key=key_of(name))
    except IntegrityError:
        return Tag.objects.get(key=key_of(name))


def replace(change_set: ChangeSet, names: Iterable[str]) -> None:
    """Give the ticket these tags and no others."""
    ticket = change_set.ticket
    tags = sorted(named(cleaned(names)), key=lambda tag: tag.key)
    old, new = ticket.tag_names, SEPARATOR.join(tag.name for tag in tags)
    if old == new:
        return
    change_set.read.setdefault("tag_names", old)
    change_set.add_event("tags", ", ".join(ticket.tags), ", ".join(tag.name for tag in tags))
    change_set.set_silently(tag_names=new)
    link(ticket, tags)


def link(ticket: Ticket, tags: list[Tag]) -> None:
    """Make the rows by which lists are filtered say the same."""
    wanted = {tag.pk: tag for tag in tags}
    rows = {row.tag_id: row for row in TicketTag.objects.filter(ticket=ticket)}
    if gone := [row.pk for tag_id, row in rows.items() if tag_id not in wanted]:
        TicketTag.objects.filter(pk__in=gone).delete()
    TicketTag.objects.bulk_create(
        [TicketTag(ticket=ticket, tag=tag) for tag_id, tag in wanted.items() if tag_id not in rows]
    )


def rename(tag: Tag, name: str) -> None:
    """Give a tag another name, on every ticket that has it."""
    old = tag.name
    [name] = cleaned([name])
    tag.name, tag.key = name, key_of(name)
    tag.save(update_fields=["name", "key"])
    for ticket in _tickets_with(tag):
        names = [name if each == old else each for each in ticket.tags]
        Ticket.objects.filter(pk=ticket.pk).update(tag_names=SEPARATOR.join(sorted(names, key=key_of)))


def delete(tag: Tag) -> None:
    """Remove a tag from every ticket, and then itself."""
    for ticket in _tickets_with(tag):
        names = [each for each in ticket.tags if each != tag.name]
        Ticket.objects.filter(pk=ticket.pk).update(tag_names=SEPARATOR.join(names))
    TicketTag.objects.filter(tag=tag).delete()
    tag.delete()


def _tickets_with(tag: Tag) -> Iterable[Ticket]:
    ids = list(TicketTag.objects.filter(tag=tag).values_list("ticket_id", flat=True))
    for start in range(0, len(ids), 200):
        yield from Ticket.objects.only("id", "tag_names").filter(pk__in=ids[start : start + 200])
