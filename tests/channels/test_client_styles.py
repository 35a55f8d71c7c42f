"""Of an answer the agent reads the new words only, whichever mail client wrote it; nothing of it is lost."""

import pytest

from tests.channels.raw_emails import raw_email
from tests.channels.styles import STYLES
from tickets.channels.email import quotes
from tickets.channels.email.parsing import parse


def read(text: str | None, html: str | None) -> quotes.Folded:
    return quotes.fold(parse(raw_email(text, html=html)).text)


@pytest.mark.parametrize("client", STYLES)
def test_the_new_words_are_read_and_the_quote_is_kept(client):
    text, html, new, quoted = STYLES[client]
    folded = read(text, html)
    assert folded.new == new
    assert quoted in folded.rest


@pytest.mark.parametrize("client", [name for name, (text, *_) in STYLES.items() if text])
def test_no_word_of_the_text_is_lost(client):
    text, *_ = STYLES[client]
    folded = read(text, None)
    kept = sorted(f"{folded.new}\n{folded.rest}".replace("\ufeff", "").split())
    assert kept == sorted(text.replace("\ufeff", "").split())
