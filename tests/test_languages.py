"""Every sentence can be translated, Hindi is complete, and each reader gets their own language."""

import re
from io import BytesIO

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatbot.widget.showing import SCRIPTS
from supportdesk import catalogue, languages
from tests import factories
from tests.languages import (
    ROOT,
    TEMPLATES,
    unmarked_in_python,
    unmarked_in_script,
    unmarked_in_template,
)
from tests.languages import SCRIPTS as JAVASCRIPT
from tickets import workflow
from tickets.channels import outbox, transcript
from tickets.desk.modules import desk_modules
from tickets.models import ConversationLink
from tickets.models.settings import AgentPreferences
from tickets.pictures import uploads
from tickets.pictures.cleaning import BadPicture

CATALOGUES = ("django", "djangojs")
# The names that others rely on (docs/embedding.md): they stay, whatever the language is
STAYS = {
    "Villy", "Villy - AI Assistant", "Conversation", "Attach image", "Type a message...", "Send", "Close chat",
    "Connect to Customer Care", "Chat with Villy",
    # Said by the loader, which brings Hindi with it (`_loader_says`)
    "Opening the chat…", "We can't open the chat right now. Please try again in a moment.",
}  # fmt: skip
# The demo shop plays a site of its own; error.html and others show what they are given
OTHER_SITES = {"shop/page.html"}
# The finder would take them for text
ONLY_ATTRIBUTES = {"tickets/_changes.html"}
SCRIPTS_OF_OTHERS = {"shop.js", "article_preview.js", "settings_preview.js"}
# Rooms whose sentences customers and agents read on the screen
ROOMS = [
    "tickets/desk",
    "tickets/workflow",
    "chatbot/widget",
    "supportdesk/http/errors.py",
    "tickets/pictures/uploads.py",
    "tickets/pictures",
    "tickets/accounts/views.py",
    "tickets/accounts/forms.py",
    "tickets/accounts/emails.py",
    "tickets/accounts/second_factor.py",
    "tickets/alerts",
    "tickets/channels/views.py",
    "tickets/channels/transcript.py",
    "tickets/clocks",
    "tickets/collaboration",
    "tickets/custom_fields",
    "tickets/clocks/promise.py",
    "tickets/team/views.py",
    "chatbot/helpcentre",
]
# For clients of the API, for the log, or stored in English for every reader
NOT_FOR_SCREENS = re.compile(
    r"clientId|undo token|split off into|^Split off from|^The message of ticket|^Call about|has waited too long|needs an answer soon|^The customer$|^Ticket #\{\} (was merged into"
    r"|is separate|was not merged)"
    # Of a push subscription, whose form a browser makes
    r"|push subscription|^The endpoint is not|^The keys of the subscription"
    # A note that is stored in the ticket
    r"|^#\{\}: \{\} mentioned you"
)


def templates():
    files = [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]
    return sorted(str(each.relative_to(TEMPLATES)) for each in files)


@pytest.mark.parametrize("name", templates())
def test_every_sentence_of_a_template_can_be_translated(name):
    if name in OTHER_SITES | ONLY_ATTRIBUTES:
        pytest.skip("a site of its own, or attributes without their tag")
    assert set(unmarked_in_template(TEMPLATES / name)) <= STAYS


def scripts():
    files = [each for each in JAVASCRIPT.rglob("*.js") if "vendor" not in each.parts]
    return sorted(str(each.relative_to(JAVASCRIPT)) for each in files)


@pytest.mark.parametrize("name", scripts())
def test_every_sentence_of_a_script_can_be_translated(name):
    if name in SCRIPTS_OF_OTHERS:
        pytest.skip("of the demo shop or the admin")
    assert set(unmarked_in_script(JAVASCRIPT / name)) <= STAYS


def test_every_sentence_of_the_desk_can_be_translated():
    files = []
    for room in ROOMS:
        path = ROOT / room
        files += sorted(path.glob("*.py")) if path.is_dir() else [path]
    unmarked = [
        f"{file.relative_to(ROOT)}:{line} {text}"
        for file in files
        for line, text in unmarked_in_python(file)
        if not NOT_FOR_SCREENS.search(text)
    ]
    assert unmarked == []


def test_the_finder_sees_what_is_not_marked(tmp_path):
    template = tmp_path / "a.html"
    template.write_text(
        '<p title="Hello there">{{ "Sold out" if gone else _("Here") }} <b>Some words</b></p>'
    )
    assert unmarked_in_template(template) == ["Hello there", "Some words", "Sold out"]
    script = tmp_path / "a.js"
    script.write_text(
        'say(_("Marked words here")); say("Not marked at all."); say(`${name} was not marked.`);'
    )
    assert unmarked_in_script(script) == ["Not marked at all.", "\0 was not marked."]
    module = tmp_path / "a.py"
    module.write_text(
        '"""A docstring is no such."""\nraise Refused("This is not marked.")\nsaid = _("This is.")\n'
    )
    assert unmarked_in_python(module) == [(2, "This is not marked.")]


# --- The catalogues ----------------------------------------------------------


def extracted(name: str) -> set:
    with (ROOT / "locale" / f"{name}.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {
        "_": None, "N_": None, "gettext": None, "gettext_lazy": None, "pgettext": ((1, "c"), 2), "ngettext": (1, 2),
        "ngettext_lazy": (1, 2),
    }  # fmt: skip
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return {each[2] for each in found}


def catalogue_of(language: str, name: str):
    with (ROOT / "locale" / language / "LC_MESSAGES" / f"{name}.po").open("rb") as file:
        return read_po(file, locale="hi")


@pytest.mark.parametrize("name", CATALOGUES)
def test_hindi_is_complete_and_has_nothing_stale(name):
    """After a change of sentences: `make messages`, then translate what is new."""
    hindi = {message.id: message for message in catalogue_of("hi", name) if message.id}
    said = extracted(name)
    assert said - hindi.keys() == set(), "not in the catalogue: make messages"
    assert hindi.keys() - said == set(), "stale: make messages"
    untranslated = [id for id, message in hindi.items() if not all(_texts(message.string))]
    assert untranslated == []
    assert [id for id, message in hindi.items() if message.fuzzy] == []


def _texts(string) -> tuple:
    return string if isinstance(string, tuple) else (string,)


@pytest.mark.parametrize("language", ["hi", "hi_Latn"])
@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_fills_in_what_the_sentence_does(language, name):
    gap = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
    for message in catalogue_of(language, name):
        if not message.id or not any(_texts(message.string)):
            continue
        wanted = set(gap.findall(_texts(message.id)[-1]))
        for text in _texts(message.string):
            assert set(gap.findall(text)) == wanted, (message.id, text)


@pytest.mark.parametrize("language", ["hi", "hi_Latn"])
@pytest.mark.parametrize("name", CATALOGUES)
def test_compiled_messages_are_of_the_po_files(language, name):
    out = BytesIO()
    write_mo(out, catalogue_of(language, name))
    compiled = ROOT / "locale" / language / "LC_MESSAGES" / f"{name}.mo"
    assert _entries(out.getvalue()) == _entries(compiled.read_bytes()), "make messages"


def _entries(data: bytes) -> dict:
    from gettext import GNUTranslations

    return {key: text for key, text in GNUTranslations(BytesIO(data))._catalog.items() if key}


CUSTOMERS_PAGES = [
    "chatbot/frame.html", "chatbot/_head.html", "chatbot/_conversation.html", "chatbot/_home.html", "chatbot/_line.html",
    "chatbot/_card.html", "chatbot/_state.html", "chatbot/_bubbles.html", "mail/conversation.html", "mail/conversation.txt",
    "tickets/_message.html", "tickets/link.html", "tickets/link_unsubscribe.html", "help/base.html", "help/index.html",
    "help/article.html",
]  # fmt: skip


def test_hinglish_has_every_sentence_that_customers_read():
    sentences = re.compile(r"""(?:_|ngettext)\(\s*(["'])(.+?)\1\s*[,)]""")
    said = set()
    for name in CUSTOMERS_PAGES:
        said |= {text for _, text in sentences.findall((TEMPLATES / name).read_text("utf-8"))}
    words = (ROOT / "tickets/workflow/wording.py").read_text("utf-8")
    hinglish = {
        _texts(message.id)[0]
        for message in catalogue_of("hi_Latn", "django")
        if all(_texts(message.string))
    }
    assert {text for text in said if "\\" not in text} - hinglish == set()
    assert {text for _, text in sentences.findall(words)} - hinglish == set()
    scripts = {
        _texts(message.id)[0]
        for message in catalogue_of("hi_Latn", "djangojs")
        if all(_texts(message.string))
    }
    assert catalogue.said(SCRIPTS) - scripts == set()


def test_pages_bring_all_sentences_of_their_scripts():
    found = catalogue.said(tuple({*SCRIPTS, *desk_modules()}))
    everywhere = {_texts(id)[0] for id in extracted("djangojs")}
    assert everywhere - found <= {"Close picture"}
    assert found <= everywhere


# --- Who gets which ----------------------------------------------------------

pytestmark = []
FRAME = "/widget/frame?host=http://testserver"
DEVANAGARI = re.compile(r"[\u0900-\u097F]")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepts", "tag", "greets"),
    [
        ("hi-IN,hi;q=0.9,en;q=0.5", "hi", "हम आपकी क्या मदद करें?"),
        ("hi-Latn", "hi-Latn", "Hum aapki kya madad karein?"),
        ("en-IN,en;q=0.9", "en", "How can we help?"),
        ("de", "en", "How can we help?"),
    ],
)
def test_the_widget_opens_in_the_language_of_the_browser(client, accepts, tag, greets):
    shown = client.get(FRAME, headers={"Accept-Language": accepts})
    text = shown.content.decode()
    assert f'<html lang="{tag}"' in text
    assert greets in text
    assert ('id="words"' in text) == (tag != "en")
    assert 'aria-label="Type a message..."' in text


@pytest.mark.django_db
def test_a_conversation_has_its_own_language_whatever_the_browser_says(api, priya, asha):
    ticket = factories.ticket(priya, text="डिब्बा टूटा हुआ आया", language="hi")
    workflow.agent_replies(ticket, "माफ़ कीजिए", by=asha)
    lines = list(ticket.messages.filter(sender="system").values_list("text", flat=True))
    assert lines == [
        "आप कस्टमर केयर से जुड़ गए हैं। हमारे एजेंट जल्द आपकी मदद करेंगे। हम 15 मिनट में जवाब देने की कोशिश करते हैं।",
        "कस्टमर केयर से Asha Nair अब आपकी मदद के लिए मौजूद हैं।",
    ]
    english = {"headers": {"Accept-Language": "en"}}
    shown = (
        api(priya)
        .get(f"/widget/conversation?conversation={ticket.pk}&shown=en", **english)
        .content.decode()
    )
    assert 'lang="hi"' in shown
    # The frame around it is in English: its head and its scripts' sentences come along
    assert "चैट समाप्त कीजिए" in shown
    assert 'id="words"' in shown
    again = (
        api(priya)
        .get(f"/widget/conversation?conversation={ticket.pk}&shown=hi", **english)
        .content.decode()
    )
    assert "widget-head" not in again


@pytest.mark.django_db
def test_emails_and_the_page_behind_their_link_speak_the_tickets_language(client, priya):
    ticket = factories.ticket(priya, language="hi")
    transcript.send(ticket)
    while outbox.deliver_due(timezone.now()):
        pass
    [email] = mail.outbox
    assert email.subject == f"{settings.SHOP_NAME} के साथ आपकी बातचीत (टिकट #{ticket.number})"
    assert "आप इसी ई-मेल का जवाब दे सकते हैं।" in email.body
    address = re.search(r"/c/[\w-]+/", email.body)[0]
    shown = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="hi"' in shown
    assert "आपका संदेश" in shown
    # In the sentences of its scripts too
    assert '"आज"' in shown
    assert ConversationLink.objects.count() == 1


@pytest.mark.django_db
def test_an_agent_has_the_desk_in_the_language_of_their_account(browse, asha, ticket):
    client = browse(asha)
    assert "Needs an answer" in client.get("/support/").content.decode()
    client.post("/support/account/", {"language": "hi", "sound": "", "signature": ""})
    shown = client.get(f"/support/{ticket.pk}/").content.decode()
    assert '<html lang="hi"' in shown
    # In the page, and in the sentences of its scripts
    for sentence in ("जवाब चाहिए", "किसी के पास नहीं", "कुल: 1 टिकट", "जवाब लिखिए..."):
        assert sentence in shown
    assert "Needs an answer" not in re.sub(r"<script.*?</script>", "", shown)
    # What a row shows is kept by its language
    assert "Needs an answer" in browse(asha).get("/support/").content.decode()
    client.post("/support/account/", {"language": "en", "sound": "", "signature": ""})
    assert "Needs an answer" in client.get("/support/").content.decode()


@pytest.mark.django_db
def test_the_language_of_the_account_is_in_force_from_the_next_sign_in(browse, asha):
    AgentPreferences.objects.create(person=asha, language="hi")
    client = browse()
    client.post("/support/login/", {"username": asha.login_email, "password": factories.PASSWORD})
    assert '<html lang="hi"' in client.get("/support/").content.decode()


@pytest.mark.django_db
def test_without_a_choice_the_desk_follows_the_browser(browse, asha):
    client = browse(asha)
    hindi = {"headers": {"Accept-Language": "hi"}}
    assert '<html lang="hi"' in client.get("/support/", **hindi).content.decode()
    assert '<html lang="en"' in client.get("/support/", headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="hi"' in browse().get("/support/login/", **hindi).content.decode()


def test_picture_errors_are_in_the_readers_language():
    said = pytest.raises(BadPicture, match="यह फ़ाइल फ़ोटो के रूप में नहीं खुल पाई")
    with languages.speaking("hi"), said, uploads.received(SimpleUploadedFile("a.jpg", b"no picture")):
        pass


@pytest.mark.django_db
def test_the_api_and_the_admin_stay_english(browse, api, meera, priya):
    hindi = {"headers": {"Accept-Language": "hi"}}
    assert not DEVANAGARI.search(str(api(priya).get("/api/support/nothing", **hindi).json()))
    shown = browse(meera).get("/admin/tickets/ticket/", **hindi).content.decode()
    assert "Select ticket to change" in shown or 'lang="en"' in shown


def test_dates_are_written_as_the_reader_does():
    day = timezone.datetime(2026, 11, 29)
    written = {}
    for code in languages.LANGUAGES:
        with languages.speaking(code):
            written[code] = languages.date(day, "EEE d MMM")
    assert written == {"en": "Sun 29 Nov", "hi": "रवि 29 नव॰", "hinglish": "Sun 29 Nov"}


@pytest.mark.parametrize(
    ("header", "offered", "code"),
    [
        ("hi-IN,en;q=0.8", ("en", "hi"), "hi"),
        ("hi-Latn-IN", ("en", "hi", "hinglish"), "hi"),
        ("hi-Latn", ("en", "hi", "hinglish"), "hinglish"),
        ("fr,de", ("hi", "en"), "hi"),
        ("", ("en",), "en"),
        ("x" * 5000, ("en", "hi"), "en"),
        (";;q=,,hi", ("en", "hi"), "en"),
    ],
)
def test_the_browser_names_the_language(header, offered, code):
    assert languages.of_browser(header, offered) == code


def test_no_style_sheet_says_a_word():
    """What `content:` says is in no catalogue: a style takes it from an attribute of the page."""
    said = re.compile(r'content:\s*"[^"]*[A-Za-z]{2,}[^"]*"')
    found = {file.name: said.findall(file.read_text("utf-8")) for file in ROOT.glob("static/css/*.css")}
    assert len(found) > 10
    assert not {name: words for name, words in found.items() if words}
