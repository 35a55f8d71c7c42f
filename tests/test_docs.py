"""The documents: each link leads to a file that is there (`make docs` checks headings as well)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\((?!https?:|mailto:|#|/)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_of_a_page_leads_to_a_file(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_guide_says_where_the_desk_does_not_run():
    guide = " ".join((ROOT / "docs" / "deploy.md").read_text(encoding="utf-8").split())
    # The start refuses a DESK_URL with a path: tests/security/test_environment.py
    assert "Not supported: a sub-path (`https://shop.example/desk/`)" in guide
    assert "Windows as a server" in guide


def test_each_picture_stands_on_a_page():
    shown = {
        name for page in PAGES for name in re.findall(r"img/([\w.-]+)", page.read_text(encoding="utf-8"))
    }
    assert {picture.name for picture in (ROOT / "docs" / "img").iterdir()} - shown == set()


LONGEST = 100


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_lines_of_a_page_are_short(page):
    """Tables and code have the width that they need."""
    in_code, long = False, []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        in_code ^= line.lstrip().startswith("```")
        if len(line) > LONGEST and not in_code and not line.startswith("|"):
            long.append(number)
    assert long == []
