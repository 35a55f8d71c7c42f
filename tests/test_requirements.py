"""The locks hold what requirements*.in ask for, with hashes, and nothing of the machine that made them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ASKED = sorted(ROOT.glob("requirements*.in"))
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.M)


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall(path.read_text()):
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(version)
    return found


@pytest.mark.parametrize("asked", ASKED, ids=lambda path: path.name)
def test_a_lock_holds_what_was_asked_for(asked):
    locked = pins(asked.with_suffix(".txt"))
    missing = {
        name: versions for name, versions in pins(asked).items() if not versions <= locked.get(name, set())
    }
    assert missing == {}, "run `make lock`"


@pytest.mark.parametrize("asked", ASKED, ids=lambda path: path.name)
def test_every_locked_package_has_hashes(asked):
    packages = re.findall(
        r"^\S+==.*(?:\n +--hash=\S+(?: \\)?)*", asked.with_suffix(".txt").read_text(), re.M
    )
    assert packages
    assert [package for package in packages if "--hash=sha256:" not in package] == []


@pytest.mark.parametrize("asked", ASKED, ids=lambda path: path.name)
def test_a_lock_names_no_registry_and_no_folder(asked):
    lock = asked.with_suffix(".txt").read_text()
    assert re.findall(r"^--.*|://.*|^.*file:.*", lock, re.M) == []


def test_the_locks_agree_with_what_the_desk_runs_on():
    runtime = pins(ROOT / "requirements.txt")
    for asked in ASKED:
        locked = pins(asked.with_suffix(".txt"))
        assert {name: locked[name] for name in runtime.keys() & locked.keys()} == {
            name: runtime[name] for name in runtime.keys() & locked.keys()
        }, asked.name
