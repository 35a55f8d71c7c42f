"""Parts of the desk's page that are the same for all agents and tickets, as markup that is kept.

Each is made of its arguments and the language in force, and of nothing else: the menus of choices with the one
that is chosen, the keys, and the sentences of the scripts.
"""

from collections.abc import Iterable
from uuid import UUID

from markupsafe import Markup

from supportdesk import languages
from supportdesk.catalogue import words
from supportdesk.compiled_templates import kept_markup
from supportdesk.templating import rendered
from tickets.models import Category, Person, Priority, Status
from tickets.queries import Colleague, TagShown

from .lists import Choice, filter_choices
from .modules import desk_modules
from .shortcuts import SHORTCUTS

CHOICES = {
    "status": list(Status),
    "priority": list(Priority)[::-1],
    "category": list(Category),
}
# An entry is 1 to 8 KB; those of agents and tags change as these do
KEPT = 200


def page_parts(agents: list[Colleague], tags: Iterable[TagShown], reader: Person) -> dict:
    """Return the context of `dashboard.html` beside the list and the ticket."""
    language, known = languages.current(), tuple((agent.id, agent.name) for agent in agents)
    shown = tuple((tag.name, tag.colour) for tag in tags)
    return {
        "words": words(*desk_modules()),
        "shortcuts": _shortcuts(language),
        "filter_options": _filter_options(language, known, tuple(name for name, _colour in shown)),
        "bulk": _bulk(language, known),
        "names": _names(tuple(name for id, name in known if id != reader.pk), shown),
    }


def options(field: str, chosen: str = "") -> Markup:
    """The choices of a ticket's field as <option>s, with the chosen one selected."""
    return _options(languages.current(), field, chosen)


def agent_options(agents: list[Colleague], chosen: UUID | None) -> Markup:
    """The agents as <option>s in two groups, those online first, with the ticket's own selected."""
    known = tuple((agent.id, agent.name, agent.availability) for agent in agents)
    return _agent_options(languages.current(), known, chosen)


@kept_markup(KEPT)
def _shortcuts(language: str) -> Markup:
    return rendered("tickets/_keys.html", shortcuts=SHORTCUTS)


@kept_markup(KEPT)
def _filter_options(language: str, agents: tuple, tags: tuple[str, ...]) -> Markup:
    choices = filter_choices(tags, [Choice(str(id), name) for id, name in agents])
    return rendered("tickets/_filter_options.html", filter_choices=choices)


@kept_markup(KEPT)
def _bulk(language: str, agents: tuple) -> Markup:
    return rendered("tickets/_bulk.html", agents=agents, options=options)


@kept_markup(KEPT)
def _names(agents: tuple, tags: tuple) -> Markup:
    return rendered("tickets/_names.html", agents=agents, tags=tags)


@kept_markup(KEPT)
def _options(language: str, field: str, chosen: str) -> Markup:
    return rendered("tickets/_options.html", choices=CHOICES[field], chosen=chosen)


@kept_markup(KEPT)
def _agent_options(language: str, agents: tuple, chosen: UUID | None) -> Markup:
    return rendered("tickets/_agent_options.html", agents=agents, chosen=chosen)
