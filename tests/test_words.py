"""The check of words finds them in prose and in names, and leaves data alone."""

import pytest

from tests.words import found_in, main


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("# Nobody waits\nx = 1\n", [1]),
        ('def f():\n    """Return it.\n\n    Whoever asks gets it anew.\n    """\n', [4, 4]),
        ("x = _('Somebody else was quicker')\n", [1]),
        ("nobody = somebody_else = 1\n", [1, 1]),
        ("nobodys = 1\n", []),
        ("# The worker waits\n", []),
    ],
)
def test_words_in_comments_docstrings_texts_and_names_are_found(source, lines):
    assert [line for line, _ in found_in(source, ".py")] == lines


def test_words_on_pages_and_in_documents_are_found():
    assert found_in("One\nand nobody.\n", ".md") == [(2, "nobody")]
    assert found_in("/* for whoever */", ".css") == [(1, "whoever")]


# `make lint` asks it too
@pytest.mark.long
def test_there_are_no_more_of_them_than_before():
    assert main() == 0
