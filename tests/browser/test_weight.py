"""What the pages cost over the network, in requests and bytes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from supportdesk.catalogue import STATIC
from supportdesk.serving import bundles
from tickets.desk.modules import desk_modules

from .pages import Chat

LOADER, OPEN = 4 * 1024, 60 * 1024
# The page with its sheet, htmx and the desk's script, and bytes with all that they ask
DESK_REQUESTS, DESK = 3, 75 * 1024
LOOKS = "Object.values(getComputedStyle(document.querySelector('.row-link'))).join()"


def until(holds: Callable[[], bool], page: Page) -> None:
    """Wait as `page.wait_for_function` does, which the page's policy refuses."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("not within 20 seconds")


def weighed(page: Page) -> tuple[dict[str, float], dict[str, str]]:
    """Return bytes and addresses by request; both fill as the page loads."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: dict[str, float] = {}
    names: dict[str, str] = {}
    network.on(
        "Network.responseReceived", lambda told: names.update({told["requestId"]: told["response"]["url"]})
    )
    network.on(
        "Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]})
    )
    return sizes, names


def test_the_desk_is_live_after_three_requests_and_caches_its_style_sheet(person, agent):
    # With a session, and nothing of the desk in the browser's cache
    page = person(storage_state=agent().context.storage_state())
    page.context.clear_cookies(name="desk-sheet")
    sizes, names = weighed(page)
    page.goto("/support/", wait_until="load")
    expect(page.get_by_text("Live", exact=True)).to_be_attached()
    # A row that is renewed is not of the page: a ticket of another test has changed meanwhile
    loaded = {name: sizes[id] for id, name in names.items() if id in sizes and "/row?" not in name}
    # The last script is what django-htmx adds under DEBUG
    first = [
        name for name in loaded if re.search(r"/support/$|\.(css|js)$", name) and "django-htmx" not in name
    ]
    assert len(first) == DESK_REQUESTS, sorted(loaded)
    assert sum(loaded.values()) <= DESK, loaded
    looks = page.evaluate(LOOKS)

    until(lambda: "desk-sheet=desk.bundle." in page.evaluate("document.cookie"), page)
    page.reload(wait_until="load")
    [sheet] = page.locator("link[rel=stylesheet]").all()
    address = sheet.get_attribute("href")
    found = page.evaluate(
        "address => performance.getEntriesByType('resource').find(({ name }) => name.endsWith(address)).transferSize",
        address,
    )
    assert found == 0
    assert page.evaluate(LOOKS) == looks


def test_no_name_in_the_desks_bundle_hides_one_of_the_browsers(person):
    # All modules of a bundle share a scope: one that declares `name` would take window.name from all others
    page = person()
    page.goto("/support/login/")
    declared = [
        name
        for module in desk_modules()
        for name in bundles.declared_names((STATIC / module).read_text("utf-8"))
    ]
    assert len(declared) > 200
    assert page.evaluate("names => names.filter((name) => name in window)", declared) == []


@pytest.mark.parametrize("locale", ["en-US", "hi-IN"])
def test_the_loader_and_the_open_widget_stay_light(person, desk, locale):
    page = person(locale=locale)
    sizes, names = weighed(page)
    page.goto("/", wait_until="networkidle")
    loader = sum(size for id, size in sizes.items() if names.get(id, "").endswith("/widget.js"))
    # With its headers
    assert 0 < loader <= LOADER + 1024
    before = set(sizes)
    Chat(page).open()
    expect(page.locator("iframe")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    loaded = {names.get(id, id): size for id, size in sizes.items() if id not in before}
    assert any("/widget/frame" in name for name in loaded)
    assert loader + sum(loaded.values()) <= OPEN, sorted(loaded.items(), key=lambda each: -each[1])
