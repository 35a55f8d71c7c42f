"""Which pages may hold the widget's frame, and what its headers say."""

import gzip

import pytest
from django.test import RequestFactory

from chatbot.widget import embed
from tickets.models.settings import THE_ROW, DeskSettings
from tickets.settings import in_force

ORIGINS = [
    "https://shop.example",
    "https://*.pantry.example",
    "http://localhost:*",
    "https://slash.example/",
]


@pytest.fixture(autouse=True)
def _origins(settings):
    settings.WIDGET_ORIGINS = ORIGINS
    settings.ALLOWED_HOSTS = ["desk.example"]


def allowed(host: str) -> str | None:
    return embed.allowed_host(RequestFactory(headers={"Host": "desk.example"}).get("/", {"host": host}))


@pytest.mark.parametrize(
    "origin",
    ["https://shop.example", "https://de.pantry.example", "https://slash.example",
     "http://localhost:8000", "http://localhost:3000", "http://localhost", "http://desk.example"],
)  # fmt: skip
def test_a_page_of_the_shop_may_embed_the_widget(origin):
    assert allowed(origin) == origin


@pytest.mark.parametrize(
    "origin",
    ["", "null", "*", "https://", "https://evil.example",
     # Another scheme, port or subdomain is another site
     "http://shop.example", "https://shop.example:444", "https://www.shop.example", "https://localhost:8000",
     "https://pantry.example", "https://a.b.pantry.example", "https://.pantry.example", "https://*.pantry.example",
     # What looks like one of ours from the left or from the right
     "https://shop.example.evil.example", "https://evilshop.example", "https://shop-example", "https://shopXexample",
     "https://shop.example@evil.example", "https://evil.example/https://shop.example", "https://evil.example#https://shop.example",
     "https://evil.pantry.example.evil.example", "https://evil.example?.pantry.example", "https://evil.example/.pantry.example",
     # No origin at all: a path, blanks, a second line or directive
     "https://shop.example/", "https://shop.example/path", " https://shop.example", "https://shop.example\n", "https://shop.example\t",
     "https://shop.example https://evil.example", "https://shop.example; script-src *", "https://shop.example\r\nX-Evil: 1",
     "HTTPS://SHOP.EXAMPLE", "//shop.example", "shop.example", "javascript://shop.example", "data:text/html,x", "file://",
     "http://localhost:", "http://localhost:*", "http://localhost:x", "http://localhost:80@evil.example", "http://localhost:80/",
     "http://[::1", "http://[", "https://shop.example\0", "x" * 5000, "https://ѕhop.example", "https://shop。example"],
)  # fmt: skip
def test_any_other_page_may_not(origin):
    assert allowed(origin) is None


def test_a_request_that_names_no_page_is_of_no_site():
    assert embed.allowed_host(RequestFactory(headers={"Host": "desk.example"}).get("/")) is None


def test_without_allowed_sites_only_the_desk_itself_embeds(settings):
    settings.WIDGET_ORIGINS = []
    assert allowed("https://shop.example") is None
    assert allowed("http://desk.example") == "http://desk.example"


def frame(client, host: str):
    return client.get("/widget/frame", {"host": host}, headers={"Host": "desk.example"})


def test_the_frame_may_stand_in_the_page_that_it_was_made_for_and_in_no_other(client, db):
    response = frame(client, "https://shop.example")
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert [part for part in policy.split("; ") if part.startswith("frame-ancestors")] == [
        "frame-ancestors https://shop.example"
    ]
    # The older header knows no list of sites, and would forbid it
    assert "X-Frame-Options" not in response
    assert not response.cookies


@pytest.mark.parametrize("host", ["", "https://evil.example", "https://shop.example; script-src *"])
def test_another_page_gets_a_sentence_that_it_cannot_frame(host, client):
    response = frame(client, host)
    assert response.status_code == 403
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "evil" not in response.content.decode()


def test_only_the_frame_can_be_framed(client, db):
    for url in ("/", "/support/login/", "/admin/login/"):
        response = client.get(url, headers={"Host": "desk.example"})
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


# Letters that compress worst: four bytes each, or three, and none twice
HEAVY = [
    "\U0001f64f\U0001f4e6\U0001f6d2\U0001f30d\U0001f9e1\U0001f381\U0001f525\U0001f3e0\U0001f95d\U0001f36f"
    * 2,
    "मदद चाहिए? हमसे पूछिए",
    "问我们任何关于您的订单和退货的事情吧好吗",
]


@pytest.mark.parametrize("text", HEAVY)
def test_the_loader_stays_below_4_kb_whatever_staff_have_it_say(client, db, text):
    longest = "".join(chr(ord(letter) + at) for at, letter in enumerate(text[:20]))
    row = {"colour": "#1a2b3c", "text_colour": "#fedcba", "side": "left", "launcher_text": longest}
    DeskSettings.objects.create(pk=THE_ROW, version=1, **row)
    in_force.forget()
    answer = client.get("/widget.js", headers={"Host": "desk.example", "Accept-Encoding": "gzip"})
    assert longest in gzip.decompress(answer.content).decode()
    assert len(answer.content) <= 4096


def test_a_longer_text_of_before_is_cut_where_it_was_not_seen(client, db):
    DeskSettings.objects.create(
        pk=THE_ROW, version=1, launcher_text="A text of forty letters, of an old form"
    )
    in_force.forget()
    said = client.get("/widget.js", headers={"Host": "desk.example"}).content.decode()
    assert '"label": "A text of forty lett"' in said


def test_the_style_sheet_of_the_loader_keeps_what_blanks_mean(client, db):
    said = client.get("/widget.js", headers={"Host": "desk.example"}).content.decode()
    for rule in (
        "calc(20px + env(",
        "min(680px,calc(100dvh - 112px))",
        "[aria-expanded=true] .a",
        "iframe:not([data-alive]){",
    ):
        assert rule in said
    assert "  " not in said.split("const style=")[1].split("`")[1]


def test_the_loader_may_be_asked_for_as_a_module_and_with_crossorigin(client, db):
    answer = client.get("/widget.js", headers={"Host": "desk.example", "Origin": "https://shop.example"})
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
