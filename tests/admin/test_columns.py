"""How the columns of the admin's lists are laid out."""

import re

from tests.pages import page


def test_the_column_of_the_last_change_keeps_its_width_and_its_line(browse, meera, ticket, settings):
    """It was one letter wide beside long subjects."""
    shown = page(browse(meera).get("/admin/tickets/ticket/"))
    assert len(shown.all("td", _class="field-updated")) == 1
    assert [link for link in shown.all("link", rel="stylesheet") if "admin.css" in link["href"]]
    sheet = (settings.BASE_DIR / "static" / "css" / "admin.css").read_text("utf-8")
    rule = re.search(r"#result_list :is\(\.column-updated, \.field-updated\) \{([^}]*)\}", sheet)
    assert rule
    assert "min-width: 9em" in rule[1]
    assert "white-space: nowrap" in rule[1]
