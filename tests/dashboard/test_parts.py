"""What every page of the desk shows alike is kept by what it is made of, and by the language."""

import uuid

from supportdesk import languages
from tickets.desk import parts
from tickets.queries import Colleague, TagShown

ASHA, RAVI = (Colleague(uuid.UUID(int=place), name, "online") for place, name in ((1, "Asha"), (2, "Ravi")))


class Reader:
    pk = ASHA.id


def test_the_choices_of_a_field_have_the_chosen_one_selected():
    shown = parts.options("priority", "high")
    assert shown.count("<option") == 4
    assert '<option value="high" selected>' in shown
    assert "selected" not in parts.options("priority")


def test_choices_are_in_the_language_of_the_reader():
    in_english = parts.options("status")
    with languages.speaking("hi"):
        assert parts.options("status") != in_english
    assert parts.options("status") == in_english


def test_agents_are_in_the_group_of_their_availability_now():
    before = parts.agent_options([ASHA, RAVI], RAVI.id)
    assert before.count("<optgroup") == 1
    assert f'<option value="{RAVI.id}" selected>Ravi</option>' in before
    away = Colleague(RAVI.id, "Ravi", "away")
    assert parts.agent_options([ASHA, away], None).count("<optgroup") == 2


def test_a_new_agent_or_tag_is_offered_on_the_next_page():
    before = parts.page_parts([ASHA], [], Reader)
    after = parts.page_parts([ASHA, RAVI], [TagShown("vip", "gold")], Reader)
    for name in ("filter_options", "bulk", "names"):
        assert "Ravi" not in before[name]
        assert "Ravi" in after[name]
    assert 'data-colour="gold"' in after["names"]
    assert "vip" in after["filter_options"]
    # The reader does not mention themselves
    assert "Asha" not in after["names"]


def test_the_list_of_shortcuts_names_what_they_do(browse, asha):
    shown = browse(asha).get("/support/").content.decode()
    dialog = shown[shown.index('id="keys"') :]
    assert "Snooze" in dialog[: dialog.index("</dialog>")]
