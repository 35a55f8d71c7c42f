"""Styles follow the direction of the text: none says left or right where it means start or end."""

import re

import pytest

from tests.desk import ROOT

STYLES = sorted((ROOT / "static/css").glob("*.css"))
DECLARATION = re.compile(r"(?<=[\s;{(])([a-z-]+):\s*([^;{}]+)(?=[;}])")
SIDED = re.compile(
    r"(margin|padding|border|scroll-margin|scroll-padding)-(left|right)(-\w+)?|left|right|border-(top|bottom)-(left|right)-radius"
)
# Four values begin at the top and go by the right
SHORTHANDS = {"margin", "padding", "inset", "border-width", "scroll-margin", "scroll-padding"}
# Physical on purpose, with the reason
STAYS = {
    # Centred, whatever the direction
    ("conversation.css", "left: 50%"),
    # Two sides of a square that is turned by 45 degrees: an arrow that points down
    ("desk-ticket.css", "border-width: 0 2px 2px 0"),
    # Room for the chat's button, whose corner is the shop's choice and not the language's
    ("help.css", "padding: 0 96px 40px 20px"),
}


def physical(style: str) -> list[str]:
    """Return the declarations that name a side of the screen."""
    found = []
    for name, value in DECLARATION.findall(re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)):
        value = value.strip()
        sides = re.sub(r"\([^()]*\)", "()", value).split()
        four = name in SHORTHANDS and len(sides) == 4 and sides[1] != sides[3]
        aligned = name in ("text-align", "float", "clear") and value in ("left", "right")
        if SIDED.fullmatch(name) or four or aligned:
            found.append(f"{name}: {value}")
    return found


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.name)
def test_no_style_names_a_side_of_the_screen(file):
    assert {(file.name, each) for each in physical(file.read_text("utf-8"))} - STAYS == set()


def test_a_style_that_names_a_side_is_found():
    style = ".a { color: red; margin-left: 2px; padding: 0 1px 2px 3px } .b{right:0;text-align:left;border-left-color:red}"
    assert physical(style) == [
        "margin-left: 2px", "padding: 0 1px 2px 3px", "right: 0", "text-align: left", "border-left-color: red",
    ]  # fmt: skip
    assert (
        physical(
            ".a { margin: 0 1px 2px 1px; inset-inline: 0 auto; text-align: start; transition: left 1s; }"
        )
        == []
    )


def test_left_to_right_exceptions_exist():
    for name, declaration in STAYS:
        assert declaration in physical((ROOT / "static/css" / name).read_text("utf-8"))
