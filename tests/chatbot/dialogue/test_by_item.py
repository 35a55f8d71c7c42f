"""What a customer says of the items of an order: sealed or opened, in any order and language."""

import pytest

from chatbot.dialogue.rules.later_turns import by_item


class Item:
    def __init__(self, name):
        self.name = name


GHEE, PAPAD = "Gir Cow Bilona Ghee", "Moong Papad"


@pytest.mark.parametrize(
    ("said", "states"),
    [
        ("papad sealed h ghee khol diya", {PAPAD: "sealed", GHEE: "opened"}),
        ("ghee is opened but papad is not", {PAPAD: "sealed", GHEE: "opened"}),
        ("i opened the ghee, papad is unopened", {PAPAD: "sealed", GHEE: "opened"}),
        ("ghee use kar liya thoda, papad waise hi pada h", {PAPAD: "sealed", GHEE: "opened"}),
        ("papad nahi khola par ghee kha liya", {PAPAD: "sealed", GHEE: "opened"}),
        ("ghee ki seal toot gayi", {GHEE: "opened"}),
        ("ghee nahi chahiye", {}),
        ("papad ke badle sev", {}),
    ],
)
def test_each_item_has_the_state_that_is_told_of_it(said, states):
    assert by_item.states_of(said, [Item(GHEE), Item(PAPAD)]) == states
