"""The environment of our templates: few globals, and filters for what people read."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import cast
from uuid import UUID
from xml.etree import ElementTree
from zipfile import ZipFile

from django.conf import settings
from django.contrib.messages import get_messages
from django.middleware.csrf import get_token
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.template.loader import render_to_string
from django.templatetags import static as django_static
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from django.utils.translation import gettext as _
from jinja2 import pass_eval_context
from markupsafe import Markup, escape

from supportdesk.db import clock as shared_clock

from . import catalogue, languages, money
from .compiled_templates import LanguageEnvironment

# Avatars have so many colours
HUES = 6
# Stands for the id in a path until it is known
PLACEHOLDER = "00000000-0000-0000-0000-000000000000"
# A link goes on to a blank, a quotation mark, a sign that only turns the direction of what follows, or the
# punctuation that ends sentences in any script: many write no blank behind it
LINK = re.compile(
    r"https?://[^\s<>\"\u3000-\u3003\u3008-\u3011\u3014-\u301f\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1e\uff1f\uff3b\uff3d\uff5b\uff5d-\uff65"
    r"\u00ab\u00bb\u00ad\u0589\u05c3\u060c\u061b-\u061f\u06d4\u0700-\u070d\u0964\u0965\u0df4\u0e5a\u0e5b\u0f0d-\u0f12\u104a\u104b"
    r"\u1361-\u1368\u17d4-\u17d6\u17da\u1802-\u1805\u1808\u1809\u200b\u200e\u200f\u201c-\u201f\u2026\u202a-\u202e\u2039\u203a\u203c\u203d"
    r"\u2047-\u2049\u2060-\u2069\ufe12\ufeff]+",
    re.IGNORECASE,
)
# What ends a sentence and not a link, and brackets that close none of the link's own
AFTER_LINK = ".,;:!?'*_~|"
BRACKETS = {")": "(", "]": "[", "}": "{"}


def shop_name() -> str:
    """Return the shop's name for the pages, read again for each of them."""
    return _shop_name_source()


def set_shop_name_source(source: Callable[[], str]) -> None:
    """Let the pages take the shop's name from here; the settings that staff edit are an app's."""
    global _shop_name_source
    _shop_name_source = source


def _shop_name_source() -> str:
    return settings.SHOP_NAME


def environment(**options) -> LanguageEnvironment:
    env = LanguageEnvironment(
        **options | {"auto_reload": False, "autoescape": True},
        constant={
            "icon": icon,
            "language_tag": languages.current_tag,
            "static": static,
            "text_direction": languages.direction,
            "url": url,
        },
        pattern=lambda message: _translated(get_language(), message)[0],
        path=lambda name: _path(name, 1).partition(PLACEHOLDER)[::2],
    )
    env.add_extension("jinja2.ext.i18n")
    # The extension has just added it
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.policies["ext.i18n.trimmed"] = True
    env.globals.update(
        # Jinja2's own takes 15 µs a text, and a page of the desk has two hundred
        _=translated,
        flashes=get_messages,
        icon=icon,
        language_tag=languages.current_tag,
        made_at=made_at,
        shop_name=lazy(shop_name, str)(),
        static=static,
        text_direction=languages.direction,
        url=url,
        words=catalogue.words,
    )
    env.filters.update(
        age=age,
        clock=clock,
        date=languages.date,
        day=day,
        duration=duration,
        hue=hue,
        initials=initials,
        linked=linked,
        localtime=timezone.localtime,
        written=written,
        moment=moment,
        money=money.formatted,
        until=until,
        waited=waited,
    )
    return env


def compile_ahead(folder: str) -> None:
    """Compile the templates of a folder in the default language: the first reader would wait for each."""
    env = cast(Jinja2, engines["jinja2"]).env
    for name in env.list_templates():
        if name.startswith(folder):
            env.get_template(name)


@pass_eval_context
def translated(eval_ctx, message: str, **values) -> str:
    """Return the text in the reader's language, with `%(name)s` filled in: what `_()` is in templates."""
    pattern, whole = _translated(get_language(), message)
    if not eval_ctx.autoescape:
        return str(pattern) % values
    return pattern % values if values else whole or pattern


@lru_cache(maxsize=4096)
def _translated(language: str | None, message: str) -> tuple[Markup, Markup | None]:
    """The text to be filled in, and as it stands where it has nothing to fill in."""
    # A template's own text and its translation are markup
    pattern = Markup(gettext(message))
    return pattern, None if "%(" in pattern else pattern % ()


def rendered(template: str, **context) -> Markup:
    """Return the rendered template as safe markup, to include in another."""
    return Markup(render_to_string(template, context))


class _LazyMarkup:
    """Markup that is rendered on first use; Django's lazy objects take ten times as long."""

    def __init__(self, make: Callable[[], str]):
        self.make = make

    @cached_property
    def made(self) -> Markup:
        return escape(self.make())

    def __html__(self) -> str:
        return self.made

    __str__ = __html__


def csrf(request) -> dict:
    """One token for all forms of a page: Django makes another each time that one is written, and it takes its time."""
    token = _LazyMarkup(lambda: get_token(request))
    field = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">')
    return {"csrf_token": token, "csrf_input": _LazyMarkup(lambda: field.format(token))}


def url(name: str, *args) -> str:
    """The path of a named page; a list asks for hundreds, so the resolver is asked once a name."""
    if not args:
        return _path(name)
    return _path(name, len(args)).replace(PLACEHOLDER, str(args[0]), 1)


@cache
def _path(name: str, arguments: int = 0) -> str:
    return reverse(name, args=[PLACEHOLDER] * arguments)


# They point along the line of reading, so a style sheet turns them where that goes from right to left
POINTING = frozenset({"arrow-left", "chevron-left", "chevron-right"})


@cache
def static(path: str) -> str:
    """The path of a static file, with its hash; files do not change under a running desk."""
    return django_static.static(path)


@cache
def icon(name: str, size: int = 18) -> Markup:
    """A Lucide icon, inline; decoration only, so the name of a control is never in it."""
    svg = ElementTree.fromstring(_icons().read(f"{name}.svg"))  # noqa: S314 - the package's own
    for node in svg.iter():
        node.tag = node.tag.removeprefix("{http://www.w3.org/2000/svg}")
    kind = f"icon icon-{name}" if name in POINTING else "icon"
    svg.attrib |= {"width": str(size), "height": str(size), "aria-hidden": "true", "class": kind}
    return Markup(ElementTree.tostring(svg, encoding="unicode"))


@cache
def _icons() -> ZipFile:
    """Lucide's archive. Its own tag opens it for each icon, which takes 12 ms, and a page has twenty."""
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


def made_at() -> str:
    """The time at which a page is made, from which its scripts tell what is late: readers' clocks are off by hours."""
    return shared_clock.now().isoformat(timespec="milliseconds")


def linked(text: str) -> Markup:
    """Escape the text and make its http(s) links clickable, without lending them our good name."""
    parts, end = [], 0
    for link in LINK.finditer(text):
        found = _without_punctuation(link[0])
        if found.endswith("//"):
            continue
        address = escape(found)
        parts += [
            escape(text[end : link.start()]),
            Markup('<a href="{0}" rel="noopener nofollow ugc" target="_blank">{0}</a>').format(address),
        ]
        end = link.start() + len(found)
    return Markup("").join([*parts, escape(text[end:])])


def _without_punctuation(link: str) -> str:
    """Return the link without what belongs to the sentence around it: `(see https://shop.example/a).`"""
    while _is_after_link(link):
        link = link[:-1]
    return link


def _is_after_link(link: str) -> bool:
    last = link[-1:]
    if opening := BRACKETS.get(last):
        return link.count(last) > link.count(opening)
    if last.isascii():
        return last in AFTER_LINK
    # Dashes, dots, quotes and brackets of every script, and joiners
    return unicodedata.category(last) in ("Cf", "Pd", "Pe", "Pf", "Pi", "Po", "Ps")


def age(at: datetime, now: datetime, language: str = "") -> str:
    """Return how long ago, in the space of a list row: "now", "5 min", "3 h", "2 d", "14 Nov".

    A list that shows many names the language: asking for it takes longer than the rest.
    """
    language = language or languages.current()
    passed = now - at
    minutes = int(passed.total_seconds() // 60)
    if minutes < 60:
        return _in_minutes(max(minutes, 0), language)
    if passed < timedelta(days=1):
        return _in_hours(minutes // 60, language)
    if passed < timedelta(days=7):
        return _in_days(passed.days, language)
    return languages.date(timezone.localtime(at), "d MMM")


@lru_cache(maxsize=500)
def _in_minutes(count: int, language: str) -> str:
    with languages.speaking(language):
        return _("%(count)s min") % {"count": count} if count else _("now")


@lru_cache(maxsize=500)
def _in_hours(count: int, language: str) -> str:
    with languages.speaking(language):
        return _("%(count)s h") % {"count": count}


@lru_cache(maxsize=500)
def _in_days(count: int, language: str) -> str:
    with languages.speaking(language):
        return _("%(count)s d") % {"count": count}


def duration(seconds: float | None) -> str:
    """Return a length of time in its two largest units: "40 s", "12 min", "3 h 5 min", "2 d 4 h"; "–" for None."""
    if seconds is None:
        return "–"
    minutes = round(seconds / 60)
    if seconds < 60:
        return _("%(count)s s") % {"count": round(seconds)}
    language = languages.current()
    if minutes < 60:
        return _in_minutes(minutes, language)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        in_hours = _in_hours(hours, language)
        return f"{in_hours} {_in_minutes(minutes, language)}" if minutes else in_hours
    days, hours = divmod(hours, 24)
    in_days = _in_days(days, language)
    return f"{in_days} {_in_hours(hours, language)}" if hours else in_days


def day(at: datetime) -> str:
    """The day of a local time as people write it: "Sun 29 Nov 2026"."""
    return languages.date(at, "EEE d MMM yyyy")


def moment(at: datetime, age: str) -> Markup:
    """A <time> that reads as its age; the page keeps it current and shows the full time on hover."""
    machine, full, _hour = _written(at, languages.current())
    return Markup(f'<time datetime="{machine}" title="{full}" data-age>{age}</time>')


def written(at: datetime) -> str:
    """Return a time as people write it: "Mon 30 Nov 2026, 14:05"."""
    return _written(at, languages.current())[1]


def clock(at: datetime) -> Markup:
    """A <time> that reads as the hour and minute, with the full time on hover."""
    machine, full, hour = _written(at, languages.current())
    return Markup(f'<time datetime="{machine}" title="{full}" data-clock>{hour}</time>')


@lru_cache(maxsize=10_000)
def _written(at: datetime, language: str) -> tuple[str, str, str]:
    """A time for machines, for people, and as the hour; every agent is shown the same ones again and again."""
    here = timezone.localtime(at)
    return (
        at.isoformat(timespec="milliseconds"),
        languages.date(here, "EEE d MMM yyyy, HH:mm"),
        here.strftime("%H:%M"),
    )


def waited(since: datetime, now: datetime, language: str = "") -> str:
    """Return the waiting time in the format of times.js: "now", "12 min", "3 h 5 min", "2 d"."""
    language = language or languages.current()
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes >= 2880:
        return _in_days(minutes // 1440, language)
    if minutes >= 60:
        rest = minutes % 60
        in_minutes = _in_minutes(rest, language) if rest else _no_minutes(language)
        return f"{_in_hours(minutes // 60, language)} {in_minutes}"
    return _in_minutes(minutes, language)


def until(due: datetime, now: datetime) -> str:
    """Return the time until or since this moment in the format of `waited`, at least "1 min"."""
    since, end = min(due, now), max(due, now)
    return waited(since, max(end, since + timedelta(minutes=1)))


@cache
def _no_minutes(language: str) -> str:
    with languages.speaking(language):
        return _("%(count)s min") % {"count": 0}


def initials(name: str) -> str:
    """Return the initials of an avatar: of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def hue(id: UUID) -> int:
    """The colour of a person's avatar, always the same."""
    return id.int % HUES
