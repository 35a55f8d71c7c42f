"""The version is written once, and the changelog begins with it."""

import re
import tomllib
from pathlib import Path

from supportdesk import __version__

ROOT = Path(__file__).resolve().parent.parent


def test_the_package_takes_its_version_from_the_code():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"]["path"] == "supportdesk/__init__.py"


def test_the_changelog_begins_with_this_version_and_has_the_ones_before():
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] == __version__
    assert headings[-1] == "0.1.0"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", heading) for heading in headings)


def test_every_version_before_this_one_has_a_desk_to_upgrade():
    dumps = {path.stem for path in (ROOT / "tests/operations/dumps").glob("desk-*.sql")}
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert {f"desk-{heading}" for heading in headings[1:]} <= dumps
