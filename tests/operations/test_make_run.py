"""`make run` on a fresh machine: what it says while it installs, and how it ends when that fails."""

import re
import subprocess

from tests.desk import ROOT

INSTALLING = r"""Collecting django==5.2.19 (from -r requirements.txt (line 3))
  Using cached django-5.2.19-py3-none-any.whl (8.3 MB)
Collecting pillow==13.0.0
Installing collected packages: pillow, django
Successfully installed django-5.2.19 pillow-13.0.0
"""


def said(lines: str) -> subprocess.CompletedProcess:
    """What the recipe makes of pip's lines."""
    recipe = (ROOT / "Makefile").read_text().replace("\\\n", "")
    program = re.search(r"\| awk '(/\^Collecting/.+?)'\n", recipe, re.DOTALL)[1]
    # make reads $$ as $
    command = ["awk", program.replace("$$", "$")]
    return subprocess.run(command, input=lines, capture_output=True, text=True, timeout=30)


def test_each_package_is_a_line_and_nothing_else_is_said():
    done = said(INSTALLING + "pip-exit 0\n")
    assert (done.returncode, done.stdout) == (
        0, "  django==5.2.19\n  pillow==13.0.0\n  unpacking 2 packages\n",
    )  # fmt: skip


def test_an_error_of_pip_is_shown_and_ends_make():
    done = said("Collecting django==5.2.19\nERROR: No matching distribution found\npip-exit 1\n")
    assert done.returncode == 1
    assert "ERROR: No matching distribution found" in done.stdout


def test_each_step_begins_with_a_line_of_its_own():
    recipes = re.findall(r"^(\$\(VENV\)/\.\w+):.*\n\t@(.+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    steps = {target: first for target, first in recipes if target != "$(VENV)/.bench"}
    assert set(steps) == {"$(VENV)/.runtime", "$(VENV)/.tests", "$(VENV)/.docs"}
    assert all(first.startswith("echo ") for first in steps.values()), steps
