"""Error pages lead back to where the reader works, and a wrong link is a page under DEBUG as well."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    "path", ["/support/6dd035ca-d9fa-489b-ae4f-cfdd397e84db/", "/support/not-a-ticket/", "/support/a/b/c/"]
)
def test_a_wrong_ticket_link_is_a_page_that_leads_to_the_inbox(path, debug, asha, browse, settings):
    settings.DEBUG = debug
    answer = browse(asha).get(path)
    text = answer.content.decode()
    assert answer.status_code == 404
    assert 'href="/support/"' in text
    assert "Go to the inbox" in text
    assert "Traceback" not in text
    assert "DEBUG" not in text


@pytest.mark.parametrize(
    ("path", "home"),
    [("/no/such/page/", "/"), ("/admin/no/such/page/", "/admin/"), ("/help/no-such/", "/help/")],
)
def test_other_error_pages_lead_to_their_own_beginning(path, home, meera, browse):
    answer = browse(meera).get(path)
    assert answer.status_code == 404
    assert f'href="{home}"' in answer.content.decode()


def test_a_missing_slash_is_still_added():
    assert Client().get("/support/login").status_code in (301, 302)
