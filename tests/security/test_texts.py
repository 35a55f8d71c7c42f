"""A text is shown as it was written: nothing in it is markup, and only what is a web address is a link."""

import re
import time

import pytest

from supportdesk.templating import linked
from tests.pages import page

QUOTES = "\"'<>"


def links(text: str) -> list[str]:
    return re.findall(r'<a href="([^"]*)"', linked(text))


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "JaVaScRiPt://x%0aalert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox",
        "file:///etc/passwd", "ftp://example.com", "mailto:a@example.com", "//evil.example", "www.example.com", "http:/x",
        "xhttp://", "<a href=javascript:alert(1)>x</a>", "blob:https", "\x01javascript:alert(1)", "https://", "http://",
    ],
)  # fmt: skip
def test_only_http_and_https_become_links(text):
    assert links(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'https://example.com/"onmouseover="alert(1)', "https://example.com/'onclick='alert(1)'",
        "https://example.com/<script>alert(1)</script>", "https://example.com/`x`", 'http://a"><img src=x onerror=alert(1)>',
        "https://example.com/&quot;onmouseover=&quot;alert(1)", "https://x/\"\"''<<>>", "https://javascript:alert(1)@x/",
    ],
)  # fmt: skip
def test_a_link_holds_no_quote_and_no_tag(text):
    shown = str(linked(text))
    inner = re.sub(r'<a href="[^"<>]*" rel="noopener nofollow ugc" target="_blank">|</a>', "", shown)
    assert "<" not in inner
    assert ">" not in inner
    for address in links(text):
        assert not set(address) & set(QUOTES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.com/a?b=1&c=2.", ["https://example.com/a?b=1&amp;c=2"]),
        ("(https://example.com)", ["https://example.com"]),
        ("https://मखाना.example/ खरीदें", ["https://मखाना.example/"]),
        ("HTTPS://EXAMPLE.COM", ["HTTPS://EXAMPLE.COM"]),
        ("http://one.example and http://two.example", ["http://one.example", "http://two.example"]),
    ],
)
def test_web_addresses_are_links_in_every_script(text, found):
    assert links(text) == found
    assert page_text(text) == text


def page_text(text: str) -> str:
    """What a reader sees."""
    from html import unescape

    return unescape(re.sub(r"<[^>]*>", "", str(linked(text))))


@pytest.mark.parametrize(
    "evil", ["http://", "https://a", "http://" + "a" * 50 + ".", "<", "&", "http://x/(("]
)
def test_ten_thousand_signs_of_almost_links_take_no_time(evil):
    began = time.thread_time()
    linked((evil * 10_000)[:10_000])
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize("text", ["a\0b", "\0"])
def test_a_text_that_no_database_takes_is_refused_in_a_sentence_on_the_page(text, browse, asha, ticket):
    answer = browse(asha).post(f"/support/{ticket.pk}/reply", {"message": text})
    assert answer.status_code == 400
    # What is left of a lone null character is nothing
    refusal = "Null characters are not allowed." if text.strip("\0") else "Write"
    assert refusal in page(answer).text
    assert ticket.messages.count() == 2
