"""The help centre: published articles as pages, for people and for search engines."""

import gzip
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from chatbot.helpcentre import markdown, publishing
from chatbot.models import Article
from tests.pages import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def returns(db):
    return Article.objects.create(
        slug="returns",
        title="Returning a product",
        title_hi="सामान वापस करना",
        category="refund",
        body="Send it back within **7 days**.",
        body_hi="7 दिन में वापस भेजें।",
        also_asked="can i send it back\nwapas karna hai",
    )


@pytest.fixture
def draft(db):
    return Article.objects.create(slug="draft", title="Gift wrapping", body="Soon.", is_active=False)


def test_the_published_articles_stand_in_their_categories(client, returns, draft):
    response = client.get("/help/")
    shown = page(response)
    assert response.status_code == 200
    assert "Returning a product" in shown.text
    assert "Gift wrapping" not in shown.text
    assert [each.text.split()[0] for each in shown.all("h2")] == ["Refund"]


def test_an_article_is_a_page_without_cookie_or_script_of_its_own(client, returns):
    response = client.get("/help/returns/")
    assert page(response).one("h1").text == "Returning a product"
    assert b"<strong>7 days</strong>" in response.content
    assert not response.cookies
    assert "public" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/help/draft/", "/help/none/", "/help/draft/?lang=hi"])
def test_an_unpublished_article_is_not_found(client, draft, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("address", "accepts", "title", "lang"),
    [
        ("/help/returns/?lang=hi", "en", "सामान वापस करना", "hi"),
        ("/help/returns/", "hi-IN,hi;q=0.9,en;q=0.5", "सामान वापस करना", "hi"),
        ("/help/returns/", "ta-IN,en;q=0.5", "Returning a product", "en"),
        ("/help/returns/?lang=hinglish", "en", "Returning a product", "en"),
        ("/help/returns/?lang=xx", "", "Returning a product", "en"),
    ],
)
def test_the_reader_gets_their_language_or_english(client, returns, address, accepts, title, lang):
    response = client.get(address, headers={"accept-language": accepts})
    article = page(response).one("article")
    assert article.one("h1").text == title
    assert article.attributes["lang"] == lang
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("query", ["return", "retrun a prodct", "wapas karna hai", "वापस", "Returning"])
def test_a_search_finds_an_article_in_three_languages_and_with_typos(client, returns, query):
    shown = page(client.get("/help/", {"q": query}))
    assert "Returning a product" in shown.text or "सामान वापस करना" in shown.text


def test_a_search_that_finds_nothing_says_what_to_do(client, returns):
    shown = page(client.get("/help/", {"q": "zzqx"}))
    assert "We found no article about this." in shown.text
    assert "Returning a product" not in shown.text


def test_an_empty_help_centre_says_so(client):
    assert "There are no articles yet." in page(client.get("/help/")).text


def test_a_hostile_query_and_text_stay_text(client, returns):
    Article.objects.filter(pk=returns.pk).first()
    returns.body = "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png)"
    returns.save()
    html = client.get("/help/returns/").content.decode()
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert "evil.example" not in html
    assert "<b>" not in client.get("/help/", {"q": "<b>x</b>"}).content.decode()


def test_a_long_article_has_a_table_of_contents():
    rendered = markdown.render("# One\n\na\n\n# Two\n\nb\n\n# Two\n\nc\n\n# तीसरा\n\nd")
    assert [each.anchor for each in rendered.contents][:3] == ["one", "two", "two-2"]
    assert 'id="two-2"' in rendered.html
    assert rendered.contents[3].anchor.isascii()
    assert markdown.render("# One\n\na").contents == ()


@pytest.mark.parametrize(("answer", "counter"), [("yes", "helped"), ("no", "helped_not")])
@pytest.mark.engines
def test_whether_it_helped_is_counted(client, returns, answer, counter):
    response = client.post("/help/returns/helped", {"helped": answer})
    assert response.status_code == 302
    returns.refresh_from_db()
    assert getattr(returns, counter) == 1
    assert "Thank you" in page(client.get(response.url.partition("#")[0])).text


def test_a_vote_of_another_kind_counts_nothing(client, returns, draft):
    client.post("/help/returns/helped", {"helped": "maybe"})
    returns.refresh_from_db()
    assert (returns.helped, returns.helped_not) == (0, 0)
    assert client.get("/help/returns/helped").status_code == 405
    assert client.post("/help/draft/helped", {"helped": "yes"}).status_code == 404


def test_the_sitemap_names_each_published_article_in_its_languages(client, returns, draft):
    root = ET.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 our own
    locations = [each.text for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert [each.partition("/help")[2] for each in locations] == ["/", "/returns/"]
    languages = [each.get("hreflang") for each in root.iter("{http://www.w3.org/1999/xhtml}link")]
    assert languages == ["en", "hi", "hi-Latn", "en", "hi"]


def test_a_page_names_its_canonical_address_and_its_translations(client, returns):
    html = client.get("/help/returns/?lang=hi").content.decode()
    assert 'rel="canonical"' in html
    assert 'hreflang="x-default"' in html
    assert 'property="og:title"' in html


@pytest.mark.all_engines
def test_a_scheduled_draft_is_published_when_its_time_has_come(client, draft):
    now = timezone.now()
    Article.objects.filter(pk=draft.pk).update(publish_at=now + timedelta(hours=1))
    assert publishing.publish_due(now) == 0
    assert publishing.publish_due(now + timedelta(hours=2)) == 1
    assert client.get("/help/draft/").status_code == 200


@pytest.mark.engines
def test_versions_of_an_article_are_kept_and_can_be_restored(returns):
    returns.body = "Send it back within 10 days."
    version = publishing.keep_version(returns, "Meera")
    returns.save()
    assert publishing.keep_version(returns, "Meera") is None
    assert publishing.restore(version, "Asha").body == "Send it back within **7 days**."
    assert returns.versions.first().said["body"] == "Send it back within 10 days."


@pytest.mark.parametrize("path", ["/help/", "/help/returns/"])
def test_the_pages_ask_few_queries(client, returns, path, django_assert_max_num_queries):
    client.get(path)
    with django_assert_max_num_queries(4):
        client.get(path)


# --- The editor --------------------------------------------------------------


def test_the_editor_previews_markdown_keeps_versions_and_restores_one(browse, meera, returns):
    staff, address = browse(meera), f"/admin/chatbot/article/{returns.pk}/change/"
    form = page(staff.get(address)).one("form", id="article_form").fields()
    staff.post(address, form | {"body": "Within ten days."})
    returns.refresh_from_db()
    assert returns.body == "Within ten days."
    [version] = returns.versions.all()
    assert version.said["body"] == "Send it back within **7 days**."

    chosen = {"action": "restore", "_selected_action": str(version.pk)}
    staff.post("/admin/chatbot/articleversion/", chosen)
    returns.refresh_from_db()
    assert returns.body == "Send it back within **7 days**."

    shown = staff.post("/admin/chatbot/article/preview/", {"text": "**bold** <script>x</script>"})
    assert b"<strong>bold</strong>" in shown.content
    assert b"<script>" not in shown.content


def test_the_preview_is_for_staff_and_for_post(browse, meera, asha):
    assert browse(meera).get("/admin/chatbot/article/preview/").status_code == 405
    assert browse(asha).post("/admin/chatbot/article/preview/", {"text": "x"}).status_code in (
        302,
        403,
        404,
    )


@pytest.mark.engines
def test_an_article_that_does_not_help_is_taught_to_villy(client, browse, meera, returns):
    page = "/admin/chatbot/example/not-known/"
    staff = browse(meera)
    assert "Articles that did not help" not in staff.get(page).content.decode()
    client.post(f"/help/{returns.slug}/helped", {"helped": "no"})
    shown = staff.get(page).content.decode()
    assert "Articles that did not help their readers" in shown
    assert f"/admin/chatbot/article/{returns.pk}/change/" in shown
    for _ in range(2):
        client.post(f"/help/{returns.slug}/helped", {"helped": "yes"})
    assert "Articles that did not help" not in staff.get(page).content.decode()


@pytest.mark.parametrize("path", ["/help/", "/help/?q=return", "/help/returns/"])
def test_a_page_weighs_less_than_60_kb_with_all_that_it_loads(client, returns, path):
    page = client.get(path).content
    weight = len(page)
    loaded = re.findall(rb'(?:href|src)="(/static/[^"]+|/widget\.js)"', page)
    for name in (each.decode() for each in loaded):
        if name == "/widget.js":
            weight += len(client.get(name).content)
        else:
            weight += Path(finders.find(name.removeprefix("/static/").split("?")[0])).stat().st_size
    assert loaded
    # Not even compressed
    assert weight < 60_000


def test_every_page_names_its_languages_and_one_canonical_address(client, returns):
    for path in ("/help/", f"/help/{returns.slug}/"):
        for code, tag in (("en", "en"), ("hi", "hi"), ("hinglish", "hi-Latn")):
            page = client.get(f"{path}?lang={code}").content.decode()
            base = f"{settings.DESK_URL}{path}"
            wanted = base if code == "en" else f"{base}?lang={code}"
            assert re.findall(r'rel="canonical" href="([^"]+)"', page) == [wanted]
            named = dict(re.findall(r'rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page))
            assert named.pop("x-default") == base
            # Each names the others, as search engines demand; one that is not translated names English
            written = {"en", "hi", "hi-Latn"} if path == "/help/" else {"en", "hi"}
            assert named.keys() == written
            assert tag not in named or named[tag] == f"{base}?lang={code}"
            assert f'<html lang="{tag}"' in page


# What slow 4G (1.6 Mbit/s, 150 ms) brings in 100 ms; the largest paint at 1 s leaves no more round trips than two
FIRST_PAINT = 20 * 1024


@pytest.mark.parametrize("path", ["/help/", "/help/?lang=hi", "/help/long/", "/help/?q=jar"])
def test_the_first_paint_waits_for_two_small_style_sheets_and_no_script(client, path):
    paragraph = "## Part\n\n" + "A sentence about jars, their lids and how to open them. " * 30
    Article.objects.create(slug="long", title="A long one", category="order", body=paragraph * 20)
    for number in range(60):
        Article.objects.create(
            slug=f"jar-{number}",
            title=f"Jar {number}",
            title_hi=f"डिब्बा {number}",
            category="order",
            body="Open it. " * 40,
        )
    shown = client.get(path).content
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', shown.decode())
    assert len(sheets) == 2
    assert not re.findall(r"<script(?![^>]* async)(?![^>]*ld\+json)[^>]*>", shown.decode())
    files = [Path(finders.find(name.removeprefix(settings.STATIC_URL))).read_bytes() for name in sheets]
    # A style sheet that asks for another, or for a font, is one more round trip
    assert not any(b"@import" in each or b"@font-face" in each for each in files)
    assert sum(len(gzip.compress(each)) for each in (shown, *files)) <= FIRST_PAINT


def test_a_page_says_what_the_chat_needs_where_there_is_no_javascript(client, returns):
    for address in ("/help/", "/help/returns/"):
        assert "The chat needs JavaScript." in page(client.get(address)).one("noscript").text
