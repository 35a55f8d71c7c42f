"""The style sheet comes inside a browser's first page, and from its cache afterwards."""

import re

import pytest
from markupsafe import Markup

from supportdesk.serving.static import InlineSheet
from tickets.desk import dashboard

FILE = "desk.bundle.0123456789ab.css"
LINK = '<link rel="stylesheet" href="/static/css/desk.bundle.css">'


@pytest.fixture(autouse=True)
def collected(monkeypatch):
    """The style sheet as it is once static files are collected."""
    sheet = InlineSheet(Markup("a > b {}"), FILE, "'sha256-abc='")
    monkeypatch.setattr(dashboard, "inline_sheet", lambda name: sheet)


def styles(answer) -> str:
    return re.search(r"style-src ([^;]*)", answer["Content-Security-Policy"])[1]


@pytest.mark.parametrize("address", ["/support/", "/support/{ticket.pk}/"])
def test_a_first_page_brings_its_sheet_and_allows_no_other(desk, ticket, address):
    answer = desk.get(address.format(ticket=ticket))
    page = answer.content.decode()
    assert '<style data-file="/static/css/desk.bundle.css">a > b {}</style>' in page
    assert "stylesheet" not in page
    assert styles(answer) == "'self' 'sha256-abc='"


def test_a_browser_that_has_kept_the_sheet_is_told_its_name(desk):
    desk.cookies[dashboard.SHEET_COOKIE] = FILE
    answer = desk.get("/support/")
    assert LINK in answer.content.decode()
    assert "<style" not in answer.content.decode()
    assert styles(answer) == "'self'"


def test_the_sheet_of_an_older_desk_is_not_enough(desk):
    desk.cookies[dashboard.SHEET_COOKIE] = "desk.bundle.ba9876543210.css"
    assert LINK not in desk.get("/support/").content.decode()


def test_a_fragment_brings_no_sheet(desk, ticket):
    answer = desk.get(f"/support/{ticket.pk}/", headers={"HX-Request": "true"})
    assert "<style" not in answer.content.decode()
    assert styles(answer) == "'self'"


def test_a_reply_that_is_refused_comes_back_on_a_page_with_its_sheet(desk, ticket):
    answer = desk.post(f"/support/{ticket.pk}/reply", {"message": " "})
    assert answer.status_code == 400
    assert "a > b {}" in answer.content.decode()
