"""What the widget costs a shop's visitor, in bytes over the network."""

import pytest
from playwright.sync_api import expect

from .pages import Chat

LOADER, OPEN = 4 * 1024, 60 * 1024


@pytest.mark.parametrize("locale", ["en-US", "hi-IN"])
def test_the_loader_and_the_open_widget_stay_light(person, desk, locale):
    page = person(locale=locale)
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
