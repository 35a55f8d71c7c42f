"""How the sources of the pages look."""

import subprocess
from pathlib import Path

import pytest
from lucide.jinja import lucide

from supportdesk import templating

ROOT = Path(__file__).resolve().parent.parent
LONGEST_LINE = 120


def test_no_line_of_a_template_is_too_long_to_be_read():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.html"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    templates = listed.stdout.splitlines()
    assert len(templates) > 100
    too_long = [
        f"{name}:{number}: {len(line)}"
        for name in templates
        if (ROOT / name).is_file()
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]
    assert too_long == []


@pytest.mark.parametrize("name", ["send", "arrow-left"])
def test_an_icon_is_what_the_librarys_own_tag_makes(name):
    shown = str(templating.icon(name, size=20))
    kind = "icon icon-arrow-left" if name == "arrow-left" else "icon"
    assert shown == str(lucide(name, size=20, aria_hidden="true", **{"class": kind}))
