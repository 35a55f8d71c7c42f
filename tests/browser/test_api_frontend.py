"""The frontend that docs/api.md shows works as it stands there."""

import pytest
from playwright.sync_api import expect

from tests.api.test_api_docs import frontend

pytestmark = pytest.mark.second_try(reason="a browser and a desk share the cores")


def test_the_docs_frontend_opens_a_ticket_gets_the_answer_and_survives_a_reload(person, desk):
    page = person()
    page.add_init_script("window.prompt = () => 'docs@example.com'")
    shown = frontend().replace("https://desk.example", desk.url)
    page.route("**/my-shop", lambda route: route.fulfill(body=shown, content_type="text/html"))
    page.goto("/my-shop")
    page.get_by_placeholder("Type a message...").fill("The box was crushed")
    page.get_by_role("button", name="Send").click()
    lines = page.get_by_role("listitem")
    expect(lines.filter(has_text="The box was crushed")).to_have_count(1)

    ticket = page.evaluate("localStorage.getItem('ticket')")
    agent = desk.as_agent()
    agent.post(f"/api/support/admin/{ticket}/reply", json={"message": "A new one is on its way"})
    expect(lines.filter(has_text="Asha Nair: A new one is on its way")).to_have_count(1)

    # The access token is dead, the refresh token is not
    page.evaluate(
        "localStorage.setItem('tokens', JSON.stringify({...JSON.parse(localStorage.getItem('tokens')), access: 'x.y.z'}))"
    )
    page.reload()
    expect(lines.filter(has_text="A new one is on its way")).to_have_count(1)
    page.get_by_placeholder("Type a message...").fill("Thank you")
    page.get_by_role("button", name="Send").click()
    expect(lines.filter(has_text="Thank you")).to_have_count(1)
