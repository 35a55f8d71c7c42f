"""A form of the admin that met the end of its session: what was typed is there again, for the same person."""

import pytest
from playwright.sync_api import Page, expect

ARTICLE = "/admin/chatbot/article/add/"
ANSWER = "Ghee keeps for nine months.\n\nAway from the light."


@pytest.fixture
def staff(person):
    def sign_in(page: Page | None = None, email="staff@demo.test") -> Page:
        if page is None:
            page = person()
            page.goto("/admin/login/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill("demo-agent" if email.startswith("agent") else "demo-staff")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_label("Password")).to_have_count(0)
        return page

    return sign_in


def write_article(page: Page) -> None:
    page.goto(ARTICLE)
    page.get_by_label("Title").fill("How long does ghee keep?")
    page.locator("[name=body]").fill(ANSWER)
    page.locator("[name=is_active]").uncheck()


def test_an_admin_form_keeps_its_text_over_a_new_sign_in(staff):
    page = staff()
    write_article(page)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("What you typed is kept in this tab.")).to_be_visible()
    staff(page)
    expect(page.get_by_text("What you typed before is in the form again.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("How long does ghee keep?")
    expect(page.locator("[name=body]")).to_have_value(ANSWER)
    expect(page.locator("[name=is_active]")).not_to_be_checked()
    # A refused save gives the form back with its errors, and is no reason to fill in again
    page.get_by_label("Title").fill("")
    page.locator("#article_form").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('kept-form')") is None


def test_a_form_from_before_another_sign_in_leads_back_with_its_text(staff):
    page = staff()
    write_article(page)
    other = page.context.new_page()
    # Signing in makes a new token for forms
    page.context.clear_cookies(name="sessionid")
    other.goto("/admin/login/")
    staff(other)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Back to the form").click()
    expect(page.locator("[name=body]")).to_have_value(ANSWER)


def test_another_person_who_signs_in_in_that_tab_does_not_get_the_text(staff):
    page = staff()
    page.goto("/support/canned/")
    page.locator("details", has_text="New canned reply").evaluate("form => { form.open = true; }")
    page.get_by_label("Title").first.fill("Only mine")
    page.get_by_label("Shortcut").first.fill("mine")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save").first.click()
    staff(page, "agent2@demo.test")
    # The sign-in leads to the page of the form: no other page may have taken the text before it is looked at
    page.wait_for_url("**/support/canned/")
    expect(page.get_by_role("heading", name="Canned replies")).to_be_visible()
    page.wait_for_function(
        "document.readyState === 'complete' && sessionStorage.getItem('kept-form') === null"
    )
    assert page.get_by_label("Title").first.input_value() == ""


def test_no_password_is_kept(staff):
    page = staff()
    page.goto("/support/account/")
    page.get_by_label("Current password").fill("what it was")
    page.get_by_label("New password", exact=True).fill("what it will be")
    page.get_by_label("New password again").fill("what it will be")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('kept-form')") is None
